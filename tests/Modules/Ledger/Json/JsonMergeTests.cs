using System.Text.Json;
using Orrery.Ledger.Json;
using Xunit;

namespace Orrery.Ledger.Tests.Json;

public sealed class JsonMergeTests
{
    [Theory]
    [InlineData("""{"a":1,"b":{"c":2,"d":3}}""", """{"b":{"d":4,"e":5},"f":6}""", """{"a":1,"b":{"c":2,"d":4,"e":5},"f":6}""")]
    [InlineData("""{"a":[1,2]}""", """{"a":[3]}""", """{"a":[3]}""")]
    [InlineData("""{"a":{"b":1}}""", """{"a":2}""", """{"a":2}""")]
    [InlineData("""{"a":1}""", """{"a":{"b":1}}""", """{"a":{"b":1}}""")]
    [InlineData("""{"a":1}""", """{"a":null,"b":null}""", """{"a":1}""")]
    [InlineData("""{"a":{"type":"x","n":1}}""", """{"a":{"type":"x","m":2}}""", """{"a":{"type":"x","n":1,"m":2}}""")]
    [InlineData("""{"a":{"type":"x","n":1}}""", """{"a":{"type":"y"}}""", """{"a":{"type":"y"}}""")]
    [InlineData("""{"a":12345678901234567890.123}""", """{}""", """{"a":12345678901234567890.123}""")]
    public void Objects_are_laid_over_each_other_and_everything_else_replaces(string below, string above, string merged) =>
        Assert.Equal(merged, JsonMerge.Of(Json(below), Json(above)).GetRawText());

    private static JsonElement Json(string text) => JsonSerializer.Deserialize<JsonElement>(text);
}
