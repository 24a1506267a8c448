using System.Text.Json;
using Orrery.Engines.Tests;
using Xunit;

namespace Orrery.Preparation.Tests;

/// <summary>What steps learn and give, against scikit-learn, NumPy and pandas in 64 bits; golden/make_transforms.py made the values.</summary>
public sealed class TransformGoldenTests
{
    private static readonly Dictionary<string, JsonElement> Reference =
        Golden.Load("Preparation", "transforms.json").EnumerateObject().ToDictionary(p => p.Name, p => p.Value);

    public static TheoryData<string, string> Steps => new()
    {
        { "impute mean", """{ "type": "impute", "name": "s", "inputs": ["x"], "strategy": "mean" }""" },
        { "impute median", """{ "type": "impute", "name": "s", "inputs": ["x"] }""" },
        { "impute mostFrequent", """{ "type": "impute", "name": "s", "inputs": ["x"], "strategy": "mostFrequent" }""" },
        { "scale standard", """{ "type": "scale", "name": "s", "inputs": ["filled"] }""" },
        { "scale minMax", """{ "type": "scale", "name": "s", "inputs": ["filled"], "method": "minMax" }""" },
        { "scale robust", """{ "type": "scale", "name": "s", "inputs": ["filled"], "method": "robust" }""" },
        { "clip", """{ "type": "clip", "name": "s", "inputs": ["filled"], "lowerQuantile": 0.1, "upperQuantile": 0.9 }""" },
        { "buckets", """{ "type": "bucketize", "name": "s", "inputs": ["filled"], "quantiles": 4 }""" },
        { "log1p", """{ "type": "log1p", "name": "s", "inputs": ["amounts"] }""" },
        { "square", """{ "type": "interactions", "name": "s", "inputs": ["filled"], "kind": "productsAndSquares" }""" },
        { "ordinal", """{ "type": "ordinal", "name": "s", "inputs": ["cities"] }""" },
        { "frequency", """{ "type": "frequency", "name": "s", "inputs": ["cities"] }""" },
        { "target", """{ "type": "target", "name": "s", "inputs": ["cities"] }""" },
        { "hour", """{ "type": "calendar", "name": "s", "inputs": ["times"], "parts": ["hour"] }""" },
        { "weekday", """{ "type": "calendar", "name": "s", "inputs": ["times"], "parts": ["weekday"] }""" },
        { "dayOfMonth", """{ "type": "calendar", "name": "s", "inputs": ["times"], "parts": ["dayOfMonth"] }""" },
        { "month", """{ "type": "calendar", "name": "s", "inputs": ["times"], "parts": ["month"] }""" },
        { "hour.sin", """{ "type": "calendar", "name": "s", "inputs": ["times"], "parts": ["hour"], "encoding": "cycle" }""" },
        { "month.cos", """{ "type": "calendar", "name": "s", "inputs": ["times"], "parts": ["month"], "encoding": "cycle" }""" },
    };

    [Theory]
    [MemberData(nameof(Steps))]
    public void A_step_gives_what_scikit_learn_gives(string golden, string step)
    {
        var json = """
            {
              "columns": [
                { "name": "x", "type": "number" }, { "name": "filled", "type": "number" }, { "name": "amounts", "type": "number" },
                { "name": "cities", "type": "text" }, { "name": "times", "type": "timestamp" }
              ],
              "steps": [ STEP ], "outputs": ["s"]
            }
            """.Replace("STEP", step, StringComparison.Ordinal);
        var batch = Batch.Of().Numbers("x", Numbers("x")).Numbers("filled", Numbers("filled")).Numbers("amounts", Numbers("amounts"))
            .Texts("cities", [.. Reference["cities"].EnumerateArray().Select(v => v.GetString())])
            .Integers("times", [.. Reference["times"].EnumerateArray().Select(v => (long?)v.GetInt64())])
            .Numbers("label", Numbers("label")).Build();
        var fitted = TransformSpec.FromJson(System.Text.Encoding.UTF8.GetBytes(json)).Fit([batch], "label");
        using var features = fitted.Apply(batch);

        var column = golden.EndsWith("cos", StringComparison.Ordinal) ? 1 : 0;
        var expected = Reference[golden].EnumerateArray().Select(v => v.GetDouble()).ToArray();
        for (var row = 0; row < expected.Length; row++)
        {
            // Learnt constants and each operation round to 24 bits: two operations on values of size s err by a few s × 2⁻²⁴. Where
            // scaling subtracts, s is the size of the raw value over the spread, at most 60/10 here.
            Assert.Equal(expected[row], features[row, column], Math.Max(1e-6, Math.Abs(expected[row]) * 3e-7));
        }
    }

    private static float?[] Numbers(string name) =>
        [.. Reference[name].EnumerateArray().Select(v => v.ValueKind == JsonValueKind.Null ? (float?)null : v.GetSingle())];
}
