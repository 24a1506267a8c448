using System.Text.Json;
using CsCheck;
using Orrery.Kernel;
using Orrery.Language.Grammars;
using Xunit;

namespace Orrery.Engines.Tests.Language.Grammars;

public sealed class JsonSchemaTests
{
    [Theory]
    [InlineData("""{"type":"string"}""", """ "" "a\"b" "é🦙\u00e9" """, """ a 1 "a """)]
    [InlineData("""{"type":"string","minLength":2,"maxLength":3}""", """ "ab" "🦙bc" "\n\t" """, """ "a" "abcd" """)]
    [InlineData("""{"type":"integer"}""", "0 -5 123", "01 1.0 - +1")]
    [InlineData("""{"type":"number"}""", "0 -5.25 1e10 1.5E-3", "01 .5 1. NaN")]
    [InlineData("""{"type":"number","minimum":0}""", "0 5.25", "-1")]
    [InlineData("""{"type":["boolean","null"]}""", "true false null", "0 TRUE")]
    [InlineData("""{"enum":["a b",1,null,{"x":[1]}]}""", """ 1 null {"x":[1]} """, """ 2 "c" """)]
    [InlineData("""{"const":"<é>"}""", """ "<é>" """, """ "<e>" """)]
    [InlineData("""{"anyOf":[{"type":"integer"},{"type":"boolean"}]}""", "1 true", "1.5 null")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"minItems":1,"maxItems":3}""", "[1] [1,2,3]", "[] [1,2,3,4] [true]")]
    [InlineData("""{"type":"array","items":{"type":"integer"},"maxItems":0}""", "[]", "[1]")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"},{"type":"boolean"}],"items":false}""", "[] [1] [1,true]", "[true] [1,true,2]")]
    [InlineData("""{"type":"array","prefixItems":[{"type":"integer"}],"items":{"type":"null"},"minItems":2,"maxItems":3}""", "[1,null] [1,null,null]", "[1] [null,null] [1,null,null,null]")]
    [InlineData("""{"properties":{"a":{"type":"integer"},"b":{"type":"integer"},"c":{"type":"integer"}},"required":["b"]}""", """ {"b":1} {"a":1,"b":2} {"b":1,"c":2} {"a":1,"b":2,"c":3} """, """ {} {"a":1} {"b":1,"a":2} {"b":1,"d":2} {"b":1,} """)]
    [InlineData("""{"properties":{"ab":{"type":"integer"}},"additionalProperties":{"type":"boolean"}}""", """ {} {"ab":1} {"ab":1,"a":true} {"abc":true,"b":false} {"":true} """, """ {"ab":true} {"a":1} {"\u0061b":true} """)]
    [InlineData("""{"type":"object","additionalProperties":false}""", "{}", """ {"a":1} """)]
    [InlineData("""{"type":"object"}""", """ {} {"a":[1,{"b":null}]} """, "[] 1")]
    [InlineData("""{"$ref":"#/$defs/node","$defs":{"node":{"type":"object","properties":{"next":{"anyOf":[{"$ref":"#/$defs/node"},{"type":"null"}]}},"required":["next"]}}}""", """ {"next":null} {"next":{"next":null}} """, """ {} {"next":1} """)]
    [InlineData("""{"allOf":[{"properties":{"a":{"type":"integer"}},"required":["a"]},{"properties":{"b":{"type":"integer"}},"required":["b"]}]}""", """ {"a":1,"b":2} """, """ {"a":1} {"b":2} """)]
    [InlineData("""{"type":"string","format":"date"}""", """ "2026-02-28" """, """ "2026-13-01" "2026-1-1" """)]
    [InlineData("""{"type":"string","format":"date-time"}""", """ "2026-02-28T23:59:59Z" "2026-02-28T01:02:03.123+02:00" """, """ "2026-02-28" """)]
    [InlineData("""{"type":"string","format":"uuid"}""", """ "01234567-89ab-cdef-0123-456789abcdef" """, """ "0123" """)]
    [InlineData("""{"type":"integer","nullable":true}""", "1 null", "true")]
    [InlineData("true", """ 1 [{}] "x" """, "x")]
    public void A_schema_accepts_what_it_means_and_nothing_else(string schema, string accepted, string refused)
    {
        var grammar = Compile(schema);
        Assert.All(accepted.Split(' ', StringSplitOptions.RemoveEmptyEntries), text => Assert.True(grammar.Accepts(text), text));
        Assert.All(refused.Split(' ', StringSplitOptions.RemoveEmptyEntries), text => Assert.False(grammar.Accepts(text), text));
    }

    [Fact]
    public void Bounds_of_integers_hold_exactly() =>
        Gen.Select(Gen.Int[-1200, 1200], Gen.Int[0, 1500], Gen.Int[-3000, 3000]).Sample((least, span, value) =>
            Compile($$"""{"type":"integer","minimum":{{least}},"exclusiveMaximum":{{least + span + 1}}}""").Accepts(value.ToString()) == (value >= least && value <= least + span));

    [Theory]
    [InlineData("1", "at #: a schema must be an object")]
    [InlineData("""{"type":"text"}""", "the type 'text' is not one of")]
    [InlineData("""{"properties":{"a":{"pattern":"^x"}}}""", "at #/properties/a: 'pattern' cannot be enforced")]
    [InlineData("""{"enum":[]}""", "at least one")]
    [InlineData("""{"minLength":3,"maxLength":2}""", "more than 'maxLength'")]
    [InlineData("""{"minLength":-1}""", "whole number")]
    [InlineData("""{"type":"integer","minimum":3,"maximum":2}""", "no integer")]
    [InlineData("""{"$ref":"https://example.org/x"}""", "must point into the schema itself")]
    [InlineData("""{"$ref":"#/$defs/x"}""", "which is not there")]
    [InlineData("""{"$ref":"#"}""", "calls itself")]
    [InlineData("""{"format":"email"}""", "supported are date")]
    [InlineData("""{"type":"number","maximum":1}""", "cannot be enforced")]
    [InlineData("""{"allOf":[{"type":"string"},{"type":"null"}]}""", "different things under 'type'")]
    [InlineData("""{"required":"a"}""", "must be an array of names")]
    [InlineData("""{"minLength":999999}""", "at most")]
    [InlineData("""{"const":"\ud800"}""", "not valid Unicode")]
    public void A_schema_that_cannot_be_held_is_refused_with_its_place(string schema, string complaint)
    {
        var refusal = Assert.Throws<InvalidException>(() => Compile(schema));
        Assert.Contains(complaint, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_json_object_is_accepted_as_its_text_is_written() =>
        Gen.Dictionary(Gen.String[Gen.Char.AlphaNumeric, 0, 5], Gen.OneOf(Gen.Int.Select(i => (object)i), Gen.Bool.Select(b => (object)b), Gen.String[Gen.Char["a\"\\\n é"], 0, 5].Select(s => (object)s)))[0, 4]
            .Sample(value => Grammar.JsonObject.Accepts(JsonSerializer.Serialize(value)));

    private static Grammar Compile(string schema)
    {
        using var document = JsonDocument.Parse(schema);
        return Grammar.FromJsonSchema(document.RootElement);
    }
}
