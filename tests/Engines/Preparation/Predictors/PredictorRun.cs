using Microsoft.ML.OnnxRuntime;
using Microsoft.ML.OnnxRuntime.Tensors;
using Orrery.Preparation.Onnx;
using Orrery.Preparation.Predictors;

namespace Orrery.Preparation.Tests.Predictors;

/// <summary>Runs a predictor alone in ONNX Runtime, on a matrix of features.</summary>
internal static class PredictorRun
{
    public static float[] Predictions(IPredictor predictor, FeatureMatrix features) => Run(
        predictor.FeatureCount, features, predictor.Emit, predictor.OutputCount == 1 ? [OnnxDimension.Rows] : [OnnxDimension.Rows, predictor.OutputCount]);

    public static float[] Margins(TreeEnsemble ensemble, FeatureMatrix features) => Run(
        ensemble.FeatureCount, features, (graph, value) => TreeEnsembleEmitter.Emit(ensemble, graph, value), [OnnxDimension.Rows, ensemble.OutputCount]);

    private static float[] Run(int width, FeatureMatrix features, Func<OnnxGraphBuilder, string, string> emit, OnnxDimension[] shape)
    {
        var graph = new OnnxGraphBuilder("predictor");
        var output = emit(graph, graph.Input("features", OnnxElementType.Float, OnnxDimension.Rows, width));
        graph.Output("out", output, OnnxElementType.Float, shape);
        using var options = new SessionOptions { IntraOpNumThreads = 1 };
        using var session = new InferenceSession(graph.Build(), options);
        var tensor = new DenseTensor<float>(features.Values.ToArray(), [features.Rows, width]);
        using var results = session.Run([NamedOnnxValue.CreateFromTensor("features", tensor)]);
        return results[0].AsTensor<float>().ToArray();
    }
}
