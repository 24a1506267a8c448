using System.Text.Json;
using Orrery.Engines.Tests;
using Orrery.Preparation.Predictors;
using Xunit;

namespace Orrery.Preparation.Tests.Predictors;

/// <summary>Against LightGBM's own predictions; golden/make_lightgbm.py made them.</summary>
public sealed class LightGbmGoldenTests
{
    public static TheoryData<string> Cases =>
        ["binary", "binary-sigmoid", "no-missing", "zero-is-missing", "regression", "multiclass", "stump"];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Margins_are_those_of_LightGBM_rounded_once(string name)
    {
        var golden = Reference.Read(name);
        using var features = golden.Features();
        var margins = TreeEnsemble.FromLightGbm(golden.Model).Margins(features);

        // LightGBM sums the same doubles in the same order, so nothing but the last rounding is left.
        Assert.Equal(golden.Raw.Select(raw => (float)raw), margins);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Predictions_are_those_of_LightGBM_to_32_bits(string name)
    {
        var golden = Reference.Read(name);
        using var features = golden.Features();
        var predictions = TreeEnsemble.FromLightGbm(golden.Model).Predict(features);

        // p = 1/(1+e^−sm) has slope at most s/4 in the margin; margins here are below 8 in size, so rounding one costs at most
        // 2⁻²² × 2.5/4, and rounding p 2⁻²⁵.
        Assert.All(golden.Predictions.Zip(predictions), pair => Assert.Equal(pair.First, pair.Second, Math.Max(2e-7, Math.Abs(pair.First) * 1.2e-7)));
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void Onnx_gives_the_same_margins_to_the_bit_and_predictions_to_one_unit(string name)
    {
        var golden = Reference.Read(name);
        var ensemble = TreeEnsemble.FromLightGbm(golden.Model);
        using var features = golden.Features();
        Bits.Equal(ensemble.Margins(features), PredictorRun.Margins(ensemble, features));
        Bits.Within(1, ensemble.Predict(features), PredictorRun.Predictions(ensemble, features));
    }

    private sealed record Reference(int Outputs, JsonElement[][] Rows, string Model, double[] Raw, double[] Predictions)
    {
        public static Reference Read(string name)
        {
            var root = Golden.Load("Preparation", $"lightgbm-{name}.json");
            return new(
                root.GetProperty("outputs").GetInt32(),
                [.. root.GetProperty("features").EnumerateArray().Select(row => row.EnumerateArray().ToArray())],
                root.GetProperty("model").GetString()!,
                [.. root.GetProperty("raw").EnumerateArray().Select(v => v.GetDouble())],
                [.. root.GetProperty("predictions").EnumerateArray().Select(v => v.GetDouble())]);
        }

        public FeatureMatrix Features() => FeatureMatrix.Copy(["a", "b", "c", "d", "e"], [.. Rows.SelectMany(row => row.Select(Value))]);

        private static float Value(JsonElement value) => value.ValueKind switch
        {
            JsonValueKind.Null => float.NaN,
            JsonValueKind.String => value.GetString() == "Infinity" ? float.PositiveInfinity : float.NegativeInfinity,
            _ => value.GetSingle(),
        };
    }
}
