using Orrery.Kernel;
using Orrery.Ledger.Evaluation.Scorers;
using Orrery.Ledger.Folders;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Evaluation;

public sealed class ScorerTests
{
    [Fact]
    public async Task A_scorer_has_versions_in_its_experiment_alone()
    {
        await using var platform = await StartAsync();
        var scorers = platform.Get<IScorers>();
        var other = (await platform.Get<IFolders>().CreateAsync(Ada, new("other"))).Number;
        await scorers.RegisterAsync(Ada, 0, "correct", "{1}");
        var second = await scorers.RegisterAsync(Ada, 0, "correct", "{1}"); // each registration is a version
        await scorers.RegisterAsync(Ada, 0, "brief", "{2}");
        await scorers.RegisterAsync(Ada, other, "correct", "{3}");
        Assert.Equal((2, "{1}"), (second.Version, second.Definition));
        Assert.Equal(["brief 1", "correct 2"], (await scorers.ListAsync(Ada, 0)).Select(scorer => $"{scorer.Name} {scorer.Version}"));
        Assert.Equal("{3}", Assert.Single(await scorers.ListAsync(Ada, other)).Definition);

        await scorers.DeleteAsync(Ada, 0, "correct", 2);
        Assert.Equal(1, Assert.Single(await scorers.VersionsAsync(Ada, 0, "correct")).Version);
        await Assert.ThrowsAsync<NotFoundException>(() => scorers.DeleteAsync(Ada, 0, "correct", 2));
        await scorers.DeleteAsync(Ada, 0, "correct", 1);
        await Assert.ThrowsAsync<NotFoundException>(() => scorers.VersionsAsync(Ada, 0, "correct"));
        await Assert.ThrowsAsync<NotFoundException>(() => scorers.DeleteAsync(Ada, 0, "never", null));
        await Assert.ThrowsAsync<NotFoundException>(() => scorers.RegisterAsync(Ada, 99, "correct", "{}"));
        await Assert.ThrowsAsync<InvalidException>(() => scorers.RegisterAsync(Ada, 0, "a/b", "{}"));
    }
}
