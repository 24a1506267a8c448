using CsCheck;
using Xunit;

namespace Orrery.Kernel.Tests;

public sealed class AssetRefTests
{
    [Theory]
    [InlineData("model/flights@champion", null, "champion")]
    [InlineData("dataset/flights:3", 3, null)]
    [InlineData("dataset/flights", null, null)]
    [InlineData("dataset/flights@latest", null, null)]
    public void It_reads_what_people_write(string text, int? number, string? alias)
    {
        var reference = AssetRef.Parse(text);
        Assert.Equal("flights", reference.Name);
        Assert.Equal(number, reference.Number);
        Assert.Equal(alias, reference.Alias);
    }

    [Theory]
    [InlineData("")]
    [InlineData("flights")]
    [InlineData("/flights")]
    [InlineData("model/")]
    [InlineData("model/a/b")]
    [InlineData("model/..")]
    [InlineData("model/flights:0")]
    [InlineData("model/flights:-1")]
    [InlineData("model/flights:99999999999")]
    [InlineData("model/flights@")]
    [InlineData("mo del/flights")]
    [InlineData("model/fli\nghts")]
    public void It_refuses_the_rest(string text) => Assert.False(AssetRef.TryParse(text, out _));

    [Fact]
    public void Written_and_read_again_it_is_the_same()
    {
        var names = Gen.Char["abcXYZ019._- äß"].Array[1, 20].Select(c => new string(c)).Where(AssetRef.IsName);
        Gen.Select(names, Gen.Int[1, 1_000_000], names, Gen.Int[0, 2]).Sample((name, number, alias, form) =>
        {
            var reference = form switch
            {
                0 => new AssetRef(AssetKind.Model, name, Number: number),
                1 => new AssetRef(AssetKind.Model, name, Alias: alias == "latest" ? "champion" : alias),
                _ => new AssetRef(AssetKind.Model, name),
            };
            return AssetRef.Parse(reference.ToString()) == reference;
        });
    }

    [Theory]
    [InlineData("FeatureView", "feature-view")]
    [InlineData("feature-view", "feature-view")]
    [InlineData("Dataset", "dataset")]
    public void A_kind_has_two_written_forms(string text, string hyphenated)
    {
        var kind = AssetKind.Parse(text);
        Assert.Equal(hyphenated, kind.ToString());
        Assert.Equal(kind, AssetKind.Parse(kind.ToPascalCase()));
    }
}
