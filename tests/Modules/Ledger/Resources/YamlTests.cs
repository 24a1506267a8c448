using System.Text;
using System.Text.Json;
using CsCheck;
using Orrery.Kernel;
using Orrery.Ledger.Json;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Resources.Yaml;
using Xunit;

namespace Orrery.Ledger.Tests.Resources;

public sealed class YamlTests
{
    [Theory]
    [InlineData("12", "12")]
    [InlineData("-7", "-7")]
    [InlineData("+7", "7")]
    [InlineData("0x1F", "31")]
    [InlineData("1.50", "1.5")]
    [InlineData(".5", "0.5")]
    [InlineData("1e3", "1000")]
    [InlineData("true", "true")]
    [InlineData("~", "null")]
    [InlineData("", "null")]
    [InlineData(".nan", "\"NaN\"")]
    [InlineData("-.inf", "\"-Infinity\"")]
    [InlineData("007", "\"007\"")]
    [InlineData("yes", "\"yes\"")]
    [InlineData("on", "\"on\"")]
    [InlineData("15m", "\"15m\"")]
    [InlineData("1_000", "\"1_000\"")]
    [InlineData("2026-01-01", "\"2026-01-01\"")]
    [InlineData("\"12\"", "\"12\"")]
    [InlineData("'true'", "\"true\"")]
    [InlineData("|\n    12\n", "\"12\\n\"")]
    public void A_scalar_has_the_type_of_the_core_schema(string yaml, string json) =>
        Assert.Equal(json, ResourceYaml.Parse($"kind: Gate\nname: g\nspec:\n  value: {yaml}", "x").Single().Spec.GetProperty("value").GetRawText());

    [Fact]
    public void Documents_of_one_text_are_read_one_by_one_with_their_lines()
    {
        var documents = ResourceYaml.Parse("""
            # a comment
            kind: FeatureView
            name: a
            spec: {entity: origin}
            ---
            ---
            kind: feature-view
            name: b
            workspace: staging
            spec:
              features:
                - name: n
            """, "views.yaml");
        Assert.Equal(["a", "b"], documents.Select(document => document.Name));
        Assert.Equal((AssetKind.FeatureView, "staging"), (documents[1].Kind, documents[1].Workspace));
        Assert.Equal((10, 11, 12, 12), (documents[1].Lines[""], documents[1].Lines["features"], documents[1].Lines["features/0"], documents[1].Lines["features/0/name"]));
    }

    [Theory]
    [InlineData("kind: Gate\nname: g\nsepc: {}", 3, "unknown key 'sepc'; did you mean 'spec'?")]
    [InlineData("kind: Gate\nspec: {}", 1, "no 'name'")]
    [InlineData("kind: Gate\nname: g\nname: h", 3, "'name' is there twice")]
    [InlineData("kind: Gate\nname: g\nspec:\n  a: 1\n  a: 2", 5, "'a' is there twice")]
    [InlineData("kind: Gate\nname: g\nspec:\n - a", 4, "mapping")]
    [InlineData("kind: '!!'\nname: g", 1, "no kind")]
    [InlineData("just text", 1, "expected a document")]
    [InlineData("kind: Gate\nname: g\nspec:\n  a: !!python/object:os.system x", 4, "the tag")]
    [InlineData("kind: Gate\nname: g\nspec:\n  a: !System.IO.FileInfo x", 4, "the tag")]
    [InlineData("kind: Gate\nname: g\nspec:\n  a: *nowhere", 4, "no anchor")]
    [InlineData("kind: Gate\nname: g\nspec:\n  a: &x [*x]", 4, "no anchor")]
    [InlineData("kind: Gate\nname: g\nspec:\n  a: [1, 2", 4, "")]
    [InlineData("kind: Gate\nname: g\nspec:\n\ta: 1", 4, "")]
    [InlineData("kind: Gate\nname: g\nspec:\n  ? [a]\n  : 1", 4, "a key must be text")]
    [InlineData("kind: [Gate]\nname: g", 1, "'kind' must be text")]
    public void A_wrong_document_is_refused_with_its_line(string yaml, int line, string what)
    {
        var error = Assert.Throws<InvalidException>(() => ResourceYaml.Parse(yaml, "x.yaml"));
        Assert.Contains(what, error.Message);
        Assert.Matches($"^x.yaml, line {line}(:|\\b)", error.Message);
    }

    [Fact]
    public void Aliases_share_a_value()
    {
        var spec = ResourceYaml.Parse("kind: Gate\nname: g\nspec:\n  a: &x {b: 1}\n  c: *x", "x").Single().Spec;
        Assert.Equal("""{"a":{"b":1},"c":{"b":1}}""", CanonicalJson.Text(spec));
    }

    [Fact]
    public void A_billion_laughs_are_cut_short()
    {
        var text = new StringBuilder("kind: Gate\nname: g\nspec:\n  a0: &a0 [lol, lol]\n");
        for (var i = 1; i < 40; i++)
            text.Append($"  a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n");
        Assert.Contains("once its aliases are written out", Assert.Throws<InvalidException>(() => ResourceYaml.Parse(text.ToString(), "x")).Message);
    }

    [Fact]
    public void Long_texts_repeated_by_alias_are_cut_short()
    {
        var text = $"kind: Gate\nname: g\nspec:\n  a: &a {new string('x', 1 << 20)}\n  b: [{string.Join(", ", Enumerable.Repeat("*a", 1000))}]";
        Assert.Throws<InvalidException>(() => ResourceYaml.Parse(text, "x"));
    }

    [Fact]
    public void Values_that_are_nested_too_deeply_are_refused()
    {
        Assert.Contains("nested", Assert.Throws<InvalidException>(() => ResourceYaml.Parse($"kind: Gate\nname: g\nspec:\n  a: {new string('[', 5000)}", "x")).Message);
        var chain = new StringBuilder("kind: Gate\nname: g\nspec:\n  a0: &a0 [1]\n");
        for (var i = 1; i < 60; i++)
            chain.Append($"  a{i}: &a{i} [*a{i - 1}]\n");
        Assert.Contains("nested", Assert.Throws<InvalidException>(() => ResourceYaml.Parse(chain.ToString(), "x")).Message);
    }

    [Fact]
    public void A_text_that_is_too_long_is_refused() =>
        Assert.Throws<QuotaExceededException>(() => ResourceYaml.Parse(new string('#', YamlReader.MaxCharacters + 1), "x"));

    [Fact]
    public void What_is_written_reads_back_the_same()
    {
        string[] tricky = ["true", "null", "~", "12", "1.5", "0x1f", ".nan", "no", "a: b", "- a", "# c", "&a", "*a", "!t", "'", "\"", "a\nb\n", " a", "a ", "\ta", "---", "{}", "|", "\u0085", "\u2028", "", "<<"];
        var text = Gen.OneOf(Gen.String, Gen.Int[0, tricky.Length - 1].Select(i => tricky[i]));
        var value = Gen.Recursive<JsonElement>((depth, self) => depth > 3
            ? text.Select(Element)
            : Gen.OneOf(
                text.Select(Element), Gen.Long.Select(Element), Gen.Double.Where(double.IsFinite).Select(Element), Gen.Bool.Select(Element),
                self.List[0, 4].Select(Element), Gen.Select(text, self).List[0, 4].Select(pairs => Element(pairs.DistinctBy(pair => pair.Item1).ToDictionary(pair => pair.Item1, pair => pair.Item2)))));
        Gen.Select(text, value).List[0, 4].Sample(members =>
        {
            var clean = members.Where(member => IsText(member.Item1)).DistinctBy(member => member.Item1).ToDictionary(member => member.Item1, member => member.Item2);
            var spec = Element(clean);
            if (!IsText(spec.GetRawText()))
                return;
            var yaml = ResourceYaml.Write(new ResourceDocument(AssetKind.Gate, "g", spec));
            Assert.Equal(CanonicalJson.Text(spec), CanonicalJson.Text(ResourceYaml.Parse(yaml, "x").Single().Spec));
        }, iter: 2000);
    }

    private static JsonElement Element<T>(T value) => JsonSerializer.SerializeToElement(value, LedgerJson.Options);

    // Half of a surrogate pair is no text: neither JSON nor YAML can hold it.
    private static bool IsText(string text) => !text.Any(char.IsSurrogate) && !text.Contains('\ufffd', StringComparison.Ordinal);
}
