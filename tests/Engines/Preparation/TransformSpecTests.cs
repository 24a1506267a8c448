using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Preparation.Steps;
using Xunit;

namespace Orrery.Preparation.Tests;

/// <summary>Declarations: what is read, what is refused, and where the refusal points.</summary>
public sealed class TransformSpecTests
{
    private const string Columns = """[{ "name": "x", "type": "number" }, { "name": "a", "type": "text" }, { "name": "t", "type": "timestamp" }, { "name": "f", "type": "boolean" }]""";

    [Theory]
    [InlineData("""{ "type": "scael", "name": "s", "inputs": ["x"] }""", "steps[0].type", "did you mean 'scale'")]
    [InlineData("""{ "name": "s", "inputs": ["x"] }""", "steps[0].type", "is absent")]
    [InlineData("""{ "type": "scale", "name": "s", "inputs": ["x"], "methud": "robust" }""", "steps[0].methud", "did you mean 'method'")]
    [InlineData("""{ "type": "scale", "name": "s", "inputs": ["x"], "method": "fast" }""", "steps[0].method", "fast")]
    [InlineData("""{ "type": "scale", "name": "s", "inputs": ["xx"] }""", "steps[0].inputs[0]", "Did you mean 'x'")]
    [InlineData("""{ "type": "scale", "name": "s", "inputs": [] }""", "steps[0].inputs", "at least one")]
    [InlineData("""{ "type": "scale", "name": "s", "inputs": ["x", "x"] }""", "steps[0].inputs[1]", "twice")]
    [InlineData("""{ "type": "scale", "name": "x", "inputs": ["x"] }""", "steps[0].name", "already the name at columns[0].name")]
    [InlineData("""{ "type": "scale", "name": " ", "inputs": ["x"] }""", "steps[0].name", "empty")]
    [InlineData("""{ "type": "scale", "name": "s", "inputs": ["a"] }""", "steps[0].inputs", "takes numbers or integers, but 'a' is text")]
    [InlineData("""{ "type": "oneHot", "name": "s", "inputs": ["x"] }""", "steps[0].inputs", "bucketize numbers first")]
    [InlineData("""{ "type": "oneHot", "name": "s", "inputs": ["a", "f"] }""", "steps[0].inputs", "either all text or all integers")]
    [InlineData("""{ "type": "calendar", "name": "s", "inputs": ["x"] }""", "steps[0].inputs", "takes integers")]
    [InlineData("""{ "type": "calendar", "name": "s", "inputs": ["t"], "parts": [] }""", "steps[0].parts", "names no part")]
    [InlineData("""{ "type": "impute", "name": "s", "inputs": ["x"], "strategy": "constant" }""", "steps[0].value", "needs a value")]
    [InlineData("""{ "type": "impute", "name": "s", "inputs": ["x"], "strategy": "constant", "value": "none" }""", "steps[0].value", "must be a finite 32-bit number, not 'none'")]
    [InlineData("""{ "type": "impute", "name": "s", "inputs": ["f"], "strategy": "constant", "value": 0.5 }""", "steps[0].value", "must be an integer")]
    [InlineData("""{ "type": "impute", "name": "s", "inputs": ["x"], "strategy": "constant", "value": [1] }""", "steps[0].value", "a number, a text or a boolean")]
    [InlineData("""{ "type": "impute", "name": "s", "inputs": ["x"], "value": 1 }""", "steps[0].value", "only the strategy 'constant'")]
    [InlineData("""{ "type": "impute", "name": "s", "inputs": ["a"], "strategy": "mostFrequent", "indicator": true }""", "steps[0].indicator", "text has no missing indicator")]
    [InlineData("""{ "type": "clip", "name": "s", "inputs": ["x"] }""", "steps[0].lower", "no bound")]
    [InlineData("""{ "type": "clip", "name": "s", "inputs": ["x"], "lower": 2, "upper": 1 }""", "steps[0].lower", "above upper")]
    [InlineData("""{ "type": "clip", "name": "s", "inputs": ["x"], "lower": 2, "lowerQuantile": 0.1 }""", "steps[0].lowerQuantile", "given twice")]
    [InlineData("""{ "type": "clip", "name": "s", "inputs": ["x"], "upperQuantile": 95 }""", "steps[0].upperQuantile", "[0, 1]")]
    [InlineData("""{ "type": "bucketize", "name": "s", "inputs": ["x"] }""", "steps[0].edges", "either edges or quantiles")]
    [InlineData("""{ "type": "bucketize", "name": "s", "inputs": ["x"], "edges": [1, 1.00000001] }""", "steps[0].edges[1]", "rise in 32 bits")]
    [InlineData("""{ "type": "bucketize", "name": "s", "inputs": ["x"], "quantiles": 1 }""", "steps[0].quantiles", "[2, 1025]")]
    [InlineData("""{ "type": "oneHot", "name": "s", "inputs": ["a"], "minFrequency": 0 }""", "steps[0].minFrequency", "at least 1")]
    [InlineData("""{ "type": "ordinal", "name": "s", "inputs": ["a"], "categories": ["u", "u"] }""", "steps[0].categories[1]", "twice")]
    [InlineData("""{ "type": "target", "name": "s", "inputs": ["a"], "folds": 1 }""", "steps[0].folds", "[2, 100]")]
    [InlineData("""{ "type": "target", "name": "s", "inputs": ["a"], "smoothing": -1 }""", "steps[0].smoothing", "at least 0")]
    public void A_wrong_step_is_refused_by_its_path(string step, string path, string says)
    {
        var refusal = Assert.Throws<InvalidException>(() => Read($$"""{ "columns": {{Columns}}, "steps": [{{step}}], "outputs": ["x"] }"""));

        Assert.True(refusal.Errors.ContainsKey(path), $"expected {path}, got {string.Join("; ", refusal.Errors)}");
        Assert.Contains(says, refusal.Errors[path]);
        Assert.Contains(path, refusal.Message);
    }

    [Theory]
    [InlineData("", "$")]
    [InlineData("[]", "$")]
    [InlineData("{ \"columns\": ", "$")]
    [InlineData("""{ "columns": [] }""", "columns")]
    [InlineData("""{ "columns": [null] }""", "columns[0]")]
    [InlineData("""{ "columns": [{ "name": "x", "type": "number" }], "steps": [null] }""", "steps[0]")]
    [InlineData("""{ "columns": [{ "name": "x", "type": "number" }], "outputs": [null] }""", "outputs[0]")]
    [InlineData("""{ "columns": [{ "name": null, "type": "number" }] }""", "columns[0].name")]
    [InlineData("""{ "columns": [{ "name": "x", "type": "number" }], "colums": [] }""", "colums")]
    [InlineData("""{ "columns": [{ "name": "x", "type": "decimal" }] }""", "columns[0].type")]
    [InlineData("""{ "columns": [{ "name": "x", "type": "number" }, { "name": "x", "type": "text" }] }""", "columns[1].name")]
    [InlineData("""{ "columns": [{ "name": "x", "type": "number" }], "outputs": ["y"] }""", "outputs[0]")]
    [InlineData("""{ "columns": [{ "name": "a", "type": "text" }] }""", "outputs[0]")]
    public void A_wrong_declaration_is_refused_by_its_path(string json, string path)
    {
        var refusal = Assert.Throws<InvalidException>(() => Read(json));

        Assert.True(refusal.Errors.ContainsKey(path), $"expected {path}, got {string.Join("; ", refusal.Errors)}");
    }

    [Fact]
    public void A_circle_of_steps_is_refused_and_shown()
    {
        var refusal = Assert.Throws<InvalidException>(() => Read($$"""
            { "columns": {{Columns}}, "steps": [
              { "type": "scale", "name": "one", "inputs": ["two"] },
              { "type": "clip", "name": "two", "inputs": ["x", "three"], "lower": 0 },
              { "type": "log1p", "name": "three", "inputs": ["one"] }] }
            """));

        Assert.Contains("one ← two ← three ← one", refusal.Message);
    }

    [Fact]
    public void More_steps_than_allowed_are_refused()
    {
        var steps = Enumerable.Range(0, TransformSpec.MaxSteps + 1).Select(i => new ScaleStep { Name = $"s{i}", Inputs = [i == 0 ? "x" : $"s{i - 1}"] }).ToList();
        var spec = new TransformSpec { Columns = [new("x", ColumnType.Number)], Steps = steps };

        Assert.Contains("1001 steps; at most 1000", Assert.Throws<InvalidException>(spec.Validate).Message);
        (spec with { Steps = [.. steps.SkipLast(1).Reverse()] }).Validate();
    }

    [Fact]
    public void Everything_wrong_is_told_at_once()
    {
        var refusal = Assert.Throws<InvalidException>(() => Read($$"""
            { "columns": {{Columns}}, "steps": [
              { "type": "scale", "name": "one", "inputs": ["a"] },
              { "type": "clip", "name": "two", "inputs": ["x"] }] }
            """));

        Assert.Equal(["steps[0].inputs", "steps[1].lower"], refusal.Errors.Keys.Order());
    }

    [Fact]
    public void A_declaration_read_and_written_is_the_same()
    {
        var spec = Read($$"""
            { "steps": [{ "name": "s", "inputs": ["x"], "value": 2.5, "strategy": "constant", "type": "impute", "indicator": true },
                        { "type": "calendar", "name": "c", "inputs": ["t"], "encoding": "both", "parts": ["weekday"] }],
              "columns": {{Columns}}, "outputs": ["c", "s", "f"] }
            """);
        var json = spec.ToJson();

        Assert.Equal(json, TransformSpec.FromJson(json).ToJson());
        var impute = Assert.IsType<ImputeStep>(spec.Steps[0]);
        Assert.Equal(ImputeStrategy.Constant, impute.Strategy);
        Assert.Equal(2.5, impute.Value!.Number);
        Assert.Contains("\"strategy\":\"constant\"", Encoding.UTF8.GetString(json));
    }

    [Fact]
    public void Any_serializer_of_the_web_reads_a_declaration()
    {
        var spec = JsonSerializer.Deserialize<TransformSpec>(
            """{ "columns": [{ "name": "x", "type": "number" }], "steps": [{ "type": "scale", "name": "s", "inputs": ["x"], "method": "robust" }] }""",
            JsonSerializerOptions.Web)!;

        Assert.Equal(ScaleMethod.Robust, Assert.IsType<ScaleStep>(spec.Steps[0]).Method);
    }

    [Fact]
    public void What_no_step_reads_comes_out_unless_told()
    {
        var spec = new TransformSpec
        {
            Columns = [new("x", ColumnType.Number), new("y", ColumnType.Number), new("f", ColumnType.Boolean)],
            Steps = [new ScaleStep { Name = "scaled", Inputs = ["x"] }],
        };
        var batch = Batch.Of().Numbers("x", 1, 3).Numbers("y", 5, null).Flags("f", true, null).Build();
        var fitted = spec.Fit([batch]);
        using var features = fitted.Apply(batch);

        Assert.Equal(["y", "f", "scaled"], fitted.Features);
        Assert.Equal([5, 1, -1, float.NaN, float.NaN, 1], features.Values.ToArray());
    }

    private static TransformSpec Read(string json) => TransformSpec.FromJson(Encoding.UTF8.GetBytes(json));
}
