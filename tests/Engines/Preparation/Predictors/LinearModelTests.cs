using CsCheck;
using Orrery.Kernel;
using Orrery.Preparation.Predictors;
using Xunit;

namespace Orrery.Preparation.Tests.Predictors;

public sealed class LinearModelTests
{
    [Fact]
    public void A_margin_is_the_weighted_sum_and_its_probability_the_logistic_of_it()
    {
        var model = new LinearModel(PredictionKind.Binary, [[2, -1]], [0.5f]);
        using var features = FeatureMatrix.Copy(["a", "b"], [1, 2, 0, 0.5f, float.NaN, 1]);

        Assert.Equal([0.5f, 0, float.NaN], model.Margins(features));
        Assert.Equal([0.62245935f, 0.5f, float.NaN], model.Predict(features)); // 1 ÷ (1 + e^−0.5), NIST DLMF tables
    }

    [Fact]
    public void Several_classes_share_one()
    {
        var model = new LinearModel(PredictionKind.Multiclass, [[1], [2], [3]], [0, 0, 0]);
        using var features = FeatureMatrix.Copy(["a"], [1, 1000, -1000]);
        var predictions = model.Predict(features);

        Assert.Equal([0.09003057f, 0.24472848f, 0.66524094f], predictions[..3]); // softmax(1, 2, 3)
        Assert.Equal([0, 0, 1], predictions[3..6]);                             // no overflow
        Assert.Equal([1, 0, 0], predictions[6..]);
    }

    [Fact]
    public void Onnx_lies_within_the_stated_bound()
    {
        var gen =
            from kind in Gen.OneOf(PredictionKind.Regression, PredictionKind.Binary, PredictionKind.Multiclass)
            from width in Gen.Int[1, 40]
            let outputs = kind == PredictionKind.Multiclass ? 3 : 1
            from weights in Gen.Float[-10, 10].Array[width].Array[outputs]
            from intercepts in Gen.Float[-3, 3].Array[outputs]
            from values in Gen.Float[-10, 10].Array[width * 50]
            select (Model: new LinearModel(kind, weights, intercepts), Values: values);
        gen.Sample(
            sample =>
            {
                var model = sample.Model;
                using var features = FeatureMatrix.Copy([.. Enumerable.Range(0, model.FeatureCount).Select(i => $"f{i}")], sample.Values);
                var memory = model.Predict(features);
                var onnx = PredictorRun.Predictions(model, features);
                for (var i = 0; i < memory.Length; i++)
                {
                    // Two sums of n exact products in 64 bits, each then rounded to 32: of the margin one unit and the sums' difference;
                    // a link's slope is at most 1.
                    var size = 0.0;
                    for (var f = 0; f < model.FeatureCount; f++)
                        size += Math.Abs((double)features[i / model.OutputCount, f]) * 10;
                    var bound = (model.FeatureCount * Math.Pow(2, -52) * size) + Math.BitIncrement(MathF.Abs(memory[i])) * Math.Pow(2, -23);
                    Assert.InRange(onnx[i], memory[i] - bound, memory[i] + bound);
                }
            },
            iter: 60);
    }

    [Fact]
    public void Weights_that_diverged_are_refused() =>
        Assert.Contains("diverged", Assert.Throws<InvalidException>(() => new LinearModel(PredictionKind.Binary, [[float.NaN]], [0])).Message);

    [Fact]
    public void Wrong_shapes_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new LinearModel(PredictionKind.Binary, [[1], [2]], [0, 0]));
        Assert.Throws<ArgumentException>(() => new LinearModel(PredictionKind.Multiclass, [[1], [2, 3]], [0, 0]));
        Assert.Throws<ArgumentException>(() => new LinearModel(PredictionKind.Regression, [[1]], []));
    }
}
