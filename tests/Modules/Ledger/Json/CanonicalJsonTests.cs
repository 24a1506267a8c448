using System.Text.Json;
using CsCheck;
using Orrery.Kernel;
using Orrery.Ledger.Json;
using Xunit;

namespace Orrery.Ledger.Tests.Json;

public sealed class CanonicalJsonTests
{
    [Theory]
    // RFC 8785, section 3.2.2 and appendix B.
    [InlineData("""{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], "literals": [null, true, false]}""",
        """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27]}""")]
    [InlineData("[4.5, 1.0, -0.0, 1e21, 1e20, 1e23, 1e-6, 1e-7, 5e-324, 1.7976931348623157e308, 9007199254740993]",
        "[4.5,1,0,1e+21,100000000000000000000,1e+23,0.000001,1e-7,5e-324,1.7976931348623157e+308,9007199254740993]")]
    [InlineData("""{"\u20ac": 1, "\r": 2, "1": 4, "\ud83d\ude00": 5, "\u0080": 6, "\u00f6": 7}""", """{"\r":2,"1":4,"":6,"ö":7,"€":1,"😀":5}""")]
    [InlineData("""{"b": null, "a": {"d": null, "c": []}}""", """{"a":{"c":[]}}""")]
    public void A_value_has_one_spelling(string json, string expected) => Assert.Equal(expected, Text(json));

    [Fact]
    public void The_order_of_members_and_white_space_do_not_matter() =>
        Assert.Equal(Text("""{"a":1,"b":{"x":[1,2],"y":"z"}}"""), Text("""{ "b": { "y": "z", "x": [ 1.0, 2 ] }, "a": 1e0 }"""));

    [Fact]
    public void Every_double_is_written_so_that_it_reads_back_the_same() => Gen.Double.Sample(value =>
        !double.IsFinite(value) || JsonSerializer.Deserialize<double>(CanonicalJson.EcmaScript(value)).Equals(value == 0 ? 0 : value));

    [Fact]
    public void What_is_canonical_stays_as_it_is()
    {
        var once = Text("""{"z":[1.5,"é\n\u0001\"\\/",{}],"a":-12345678901234567}""");
        Assert.Equal(once, Text(once));
    }

    [Theory]
    [InlineData("""{"a":1,"a":2}""")]
    [InlineData("[1e400]")]
    public void What_has_no_one_meaning_is_refused(string json) => Assert.Throws<InvalidException>(() => Text(json));

    private static string Text(string json) => CanonicalJson.Text(JsonSerializer.Deserialize<JsonElement>(json));
}
