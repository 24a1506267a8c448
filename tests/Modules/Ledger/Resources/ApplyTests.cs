using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Resources;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Resources;

public sealed class ApplyTests
{
    private const string Delays = """
        kind: FeatureView
        name: delays
        spec:
          entity: origin
          ttl: 7d
          features:
            - name: mean_delay
              function: mean
              window: 24h
        """;

    private readonly ViewKind _kind = new();

    [Fact]
    public async Task Applying_creates_then_leaves_alone_then_updates_and_says_what_differs()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        Assert.Equal((ResourceAction.Created, 1), await ApplyOneAsync(platform, Delays));
        Assert.Equal((ResourceAction.Unchanged, 1), await ApplyOneAsync(platform, Delays));
        Assert.Equal((ResourceAction.Unchanged, 1), await ApplyOneAsync(platform, Delays.Replace("24h", "1d") + "\n  online: true"));
        var change = (await ApplyAsync(platform, Delays.Replace("24h", "2h"))).Single();

        Assert.Equal((ResourceAction.Updated, 2), (change.Action, change.Version));
        Assert.Equal([new("features/0/window", "\"1d\"", "\"2h\"")], change.Differences);
        Assert.Equal((ResourceAction.Updated, 3), await ApplyOneAsync(platform, Delays)); // back to the first spec: in force again, so a new version
        var read = await platform.Get<IResources>().GetAsync<ViewSpec>(Ada, AssetRef.Parse("feature-view/delays"));
        Assert.Equal((3, TimeSpan.FromDays(1), TimeSpan.FromDays(7)), (read.Version.Number, read.Spec.Features[0].Window, read.Spec.Ttl));
        Assert.Equal(3, Assert.Single(await platform.Get<IResources>().ListAsync<ViewSpec>(Ada, AssetKind.FeatureView)).Version.Number);
    }

    [Fact]
    public async Task A_dry_run_says_what_would_change_and_changes_nothing()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        var change = (await platform.Get<IResources>().ApplyAsync(Ada, ResourceYaml.Parse(Delays, "v.yaml"), ApplyMode.DryRun)).Single();

        Assert.Equal((ResourceAction.Created, null), (change.Action, change.Version));
        Assert.Empty((await platform.Assets().ListAsync(Ada, null, new())).Items);
        Assert.Equal(0, (await platform.Get<IAudit>().VerifyAsync()).Records);
        Assert.Empty(_kind.Applied);
    }

    [Fact]
    public async Task Documents_are_applied_in_the_order_of_their_references()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        await ApplyAsync(platform, Uses("c", "b"), Uses("a"), Uses("b", "a"));
        Assert.Equal(["feature-view/a:1", "feature-view/b:1", "feature-view/c:1"], _kind.Applied);
    }

    [Fact]
    public async Task A_cycle_is_named_and_nothing_is_written()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        var error = await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, Uses("a", "c"), Uses("b", "a"), Uses("c", "b")));
        Assert.Contains("feature-view/a → feature-view/c → feature-view/b → feature-view/a", error.Message);
        Assert.Empty((await platform.Assets().ListAsync(Ada, null, new())).Items);
    }

    [Fact]
    public async Task A_cycle_that_closes_through_what_is_stored_is_found()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        await ApplyAsync(platform, Uses("a"), Uses("b", "a"));
        var error = await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, Uses("a", "b")));
        Assert.Contains("cycle: feature-view/a → feature-view/b → feature-view/a", error.Message);
    }

    [Fact]
    public async Task A_missing_reference_names_the_line_and_what_was_probably_meant()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        await ApplyAsync(platform, Uses("arrivals"));
        var error = await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, Uses("b", "arivals")));
        Assert.Contains("line 9", error.Message);
        Assert.Contains("Did you mean 'arrivals'?", error.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task One_wrong_document_keeps_all_from_being_written()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, Delays, Delays.Replace("delays", "other").Replace("mean\n", "meen\n")));
        await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, Delays, Delays));
        Assert.Empty((await platform.Assets().ListAsync(Ada, null, new())).Items);
    }

    [Fact]
    public async Task Every_resource_is_put_in_force_again_at_start_in_order_and_a_broken_one_does_not_stop_the_others()
    {
        using var folder = new TempFolder();
        await using (var platform = await StartInAsync(folder, ViewKind.Register(_kind)))
            await ApplyAsync(platform, Uses("c", "a"), Uses("a"), Uses("b"));

        var restarted = new ViewKind { FailOn = "b" };
        await using var again = await StartInAsync(folder, ViewKind.Register(restarted));
        foreach (var hosted in again.Services.GetServices<IHostedService>().OfType<ResourceActivation>())
            await hosted.StartAsync(CancellationToken.None);
        Assert.Equal(["feature-view/a:1", "feature-view/c:1"], restarted.Applied);
    }

    [Fact]
    public async Task Applying_again_heals_what_failed_after_it_was_written()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        _kind.FailOn = "delays";
        await Assert.ThrowsAsync<InvalidOperationException>(() => ApplyAsync(platform, Delays));
        _kind.FailOn = null;
        Assert.Equal((ResourceAction.Unchanged, 1), await ApplyOneAsync(platform, Delays));
        Assert.Equal(["feature-view/delays:1"], _kind.Applied);
    }

    [Fact]
    public async Task A_document_for_another_workspace_is_refused()
    {
        await using var platform = await StartAsync(ViewKind.Register(_kind));
        var error = await Assert.ThrowsAsync<InvalidException>(() => ApplyAsync(platform, "workspace: staging\n" + Delays));
        Assert.Contains("for workspace 'staging'", error.Message);
    }

    private static string Uses(string name, params string[] uses) => $"""
        kind: FeatureView
        name: {name}
        spec:
          entity: origin
          features:
            - name: n
              {"function: count\n      window: 1h"}
          uses: [{string.Join(", ", uses)}]
        """;

    private static async Task<(ResourceAction, int?)> ApplyOneAsync(TestPlatform platform, string yaml) =>
        (await ApplyAsync(platform, yaml)).Single() is var change ? (change.Action, change.Version) : default;

    private static Task<IReadOnlyList<ResourceChange>> ApplyAsync(TestPlatform platform, params string[] yaml) =>
        platform.Get<IResources>().ApplyAsync(Ada, [.. yaml.SelectMany(text => ResourceYaml.Parse(text, "v.yaml"))], ApplyMode.Apply);
}
