using Orrery.Kernel;
using Orrery.Preparation.Onnx;
using Orrery.Preparation.Predictors;

namespace Orrery.Preparation;

/// <summary>
/// Writes a fitted transform, alone or fused with a predictor, as one ONNX model whose inputs are the raw columns by name, each [N, 1].
/// The same arguments give the same bytes.
/// </summary>
public static class ModelGraph
{
    /// <summary>The output of <see cref="Export"/>: float [N, features].</summary>
    public const string FeaturesOutput = "features";

    /// <summary>The output of a regression: float [N].</summary>
    public const string ScoreOutput = "score";

    /// <summary>The output of a classifier: float [N], the probability of class 1; for several classes float [N, classes].</summary>
    public const string ProbabilityOutput = "probability";

    /// <summary>The other output of a classifier: int64 [N], the class; 0 where the probability is NaN.</summary>
    public const string LabelOutput = "label";

    /// <summary>The metadata entry that lists the raw columns as JSON: name and type, in order.</summary>
    public const string ColumnsMetadata = "orrery.columns";

    /// <summary>The metadata entry that lists the features' names as JSON, in order.</summary>
    public const string FeaturesMetadata = "orrery.features";

    /// <summary>The metadata entry with the SHA-256 of the fitted transform.</summary>
    public const string TransformMetadata = "orrery.transform";

    /// <summary>Raw columns → features.</summary>
    public static byte[] Export(FittedTransform transform)
    {
        ArgumentNullException.ThrowIfNull(transform);
        var graph = new OnnxGraphBuilder("transform");
        CheckInputs(transform, FeaturesOutput);
        var features = transform.Emit(graph);
        graph.Output(FeaturesOutput, features, OnnxElementType.Float, OnnxDimension.Rows, transform.Features.Count);
        Describe(graph, transform);
        return graph.Build();
    }

    /// <summary>
    /// Raw columns → features → prediction, as one graph: <see cref="ScoreOutput"/>, or
    /// <see cref="ProbabilityOutput"/> and <see cref="LabelOutput"/>.
    /// </summary>
    /// <exception cref="InvalidException">The predictor reads another number of features, or a raw column has the name of an
    /// output.</exception>
    public static byte[] Fuse(FittedTransform transform, IPredictor predictor)
    {
        ArgumentNullException.ThrowIfNull(transform);
        ArgumentNullException.ThrowIfNull(predictor);
        if (transform.Features.Count != predictor.FeatureCount)
        {
            throw new InvalidException(
                $"The transform gives {transform.Features.Count} features, the predictor reads {predictor.FeatureCount}; was it "
                    + $"trained on another transform?");
        }

        var graph = new OnnxGraphBuilder("model");
        CheckInputs(transform, ScoreOutput, ProbabilityOutput, LabelOutput);
        var prediction = predictor.Emit(graph, transform.Emit(graph));
        switch (predictor.Kind)
        {
            case PredictionKind.Regression:
                graph.Output(ScoreOutput, prediction, OnnxElementType.Float, OnnxDimension.Rows);
                break;
            case PredictionKind.Binary:
                graph.Output(ProbabilityOutput, prediction, OnnxElementType.Float, OnnxDimension.Rows);
                var likely = graph.Node("GreaterOrEqual", [prediction, graph.Constant([0.5f], 1)]);
                var label = graph.Node("Cast", [likely], OnnxAttribute.Of("to", (long)OnnxElementType.Int64));
                graph.Output(LabelOutput, label, OnnxElementType.Int64, OnnxDimension.Rows);
                break;
            default:
                graph.Output(ProbabilityOutput, prediction, OnnxElementType.Float, OnnxDimension.Rows, predictor.OutputCount);
                var best = graph.Node("ArgMax", [prediction], OnnxAttribute.Of("axis", 1), OnnxAttribute.Of("keepdims", 0));
                graph.Output(LabelOutput, best, OnnxElementType.Int64, OnnxDimension.Rows);
                break;
        }

        Describe(graph, transform);
        return graph.Build();
    }

    private static void CheckInputs(FittedTransform transform, params ReadOnlySpan<string> outputs)
    {
        foreach (var output in outputs)
        {
            if (transform.Inputs.Any(c => string.Equals(c.Name, output, StringComparison.Ordinal)))
                throw new InvalidException($"The raw column '{output}' has the name of an output of the graph; rename the column.");
        }
    }

    private static void Describe(OnnxGraphBuilder graph, FittedTransform transform)
    {
        graph.Metadata(ColumnsMetadata, Graph.PreparationJson.Text(transform.Inputs));
        graph.Metadata(FeaturesMetadata, Graph.PreparationJson.Text(transform.Features));
        graph.Metadata(TransformMetadata, Digest.Of(transform.ToJson()).ToString());
    }
}
