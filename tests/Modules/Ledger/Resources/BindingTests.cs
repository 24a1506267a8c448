using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Resources;

/// <summary>Every fault of a document is named with its line, what was expected and what came.</summary>
public sealed class BindingTests
{
    [Theory]
    [InlineData("  entitty: origin", "v.yaml, line 9", "unknown key 'entitty'; did you mean 'entity'?")]
    [InlineData("  zzz: 1", "line 9", "unknown key 'zzz'; known here: entity, features, online, source, ttl, uses, weights")]
    [InlineData("  ttl: soon", "line 9", "expected a duration such as 15m, 24h, 7d, 1h30m or 500ms, got 'soon'")]
    [InlineData("  ttl: 15", "line 9", "expected a duration such as 15m, 24h, 7d, 1h30m or 500ms, got 15")]
    [InlineData("  online: maybe", "line 9", "expected true or false, got 'maybe'")]
    [InlineData("  uses: delays", "line 9", "expected a list, got 'delays'")]
    [InlineData("  uses: [a, 7]", "line 9", "expected text, got 7 (put it in quotes)")]
    [InlineData("  weights: {a: 1, b: heavy}", "line 9", "expected a number, got 'heavy'")]
    [InlineData("  source: {type: files, path: x}", "line 9", "expected one of file, table, got 'files'")]
    [InlineData("  source: {path: x}", "line 9", "'type' is missing; expected one of file, table")]
    [InlineData("  source: {table: x, type: table, row: 3}", "line 9", "unknown key 'row'; did you mean 'rows'?")]
    public async Task A_wrong_line_is_named(string line, string place, string what)
    {
        var error = await RefusedAsync($"""
            kind: FeatureView
            name: v
            spec:
              entity: origin
              features:
                - name: n
                  function: shareAbove
                  window: 1h
            {line}
            """);
        Assert.Contains(place, error.Message);
        Assert.Contains(what, error.Message);
    }

    [Fact]
    public async Task All_faults_are_told_at_once_each_at_its_own_line()
    {
        var error = await RefusedAsync("""
            kind: FeatureView
            name: v
            spec:
              features:
                - name: n
                  function: avg
                  window: 1h
                  limit: 1.5
                - nmae: m
            """);
        Assert.Equal(
            [
                "v.yaml, line 3 (FeatureView v, entity): 'entity' is missing; expected text",
                "v.yaml, line 6 (FeatureView v, features/0/function): expected one of mean, count, shareAbove, got 'avg'",
                "v.yaml, line 8 (FeatureView v, features/0/limit): expected a whole number, got 1.5",
                "v.yaml, line 9 (FeatureView v, features/1/function): 'function' is missing; expected one of mean, count, shareAbove",
                "v.yaml, line 9 (FeatureView v, features/1/name): 'name' is missing; expected text",
                "v.yaml, line 9 (FeatureView v, features/1/nmae): unknown key 'nmae'; did you mean 'name'?",
                "v.yaml, line 9 (FeatureView v, features/1/window): 'window' is missing; expected a duration such as 15m, 24h, 7d, 1h30m or 500ms",
            ],
            error.Errors.Select(fault => $"{fault.Key}: {fault.Value}").Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task An_unknown_kind_is_named_with_the_nearest()
    {
        var error = await RefusedAsync("kind: FeatureVeiw\nname: v\nspec: {}");
        Assert.Contains("unknown kind 'FeatureVeiw'; did you mean 'FeatureView'?", error.Message);
    }

    [Fact]
    public async Task What_the_kind_itself_finds_wrong_has_its_line_too()
    {
        var error = await RefusedAsync("kind: FeatureView\nname: v\nspec:\n  entity: o\n  features: []");
        Assert.Contains("line 5", error.Message);
        Assert.Contains("a view has at least one feature", error.Message);
    }

    private static async Task<InvalidException> RefusedAsync(string yaml)
    {
        await using var platform = await StartAsync(ViewKind.Register(new()));
        return await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IResources>().ApplyAsync(Ada, ResourceYaml.Parse(yaml, "v.yaml"), ApplyMode.Apply));
    }
}
