using Orrery.Client;
using Orrery.Hosts.Tests.Server;
using Orrery.Hosts.Tests.Web;
using Orrery.Kernel;
using Xunit;

namespace Orrery.Hosts.Tests.Client;

/// <summary>Workers outside take part in a study over HTTP.</summary>
public sealed class StudyTests
{
    [Fact]
    public async Task Workers_share_a_study_until_none_is_left()
    {
        await using var server = await TestServer.StartAsync();
        var studies = server.Client.Studies;
        await server.Client.Resources.ApplyAsync(TunedBowls.Declared);
        var run = (await studies.StartAsync("bowl")).Run;
        await studies.EnqueueAsync(run, new Dictionary<string, object> { ["kind"] = "bowl", ["rate"] = 0.01, ["depth"] = 7 });
        var ran = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => new TrialWorker(studies, $"w{i}").RunAsync(run, (trial, _) => trial.Number == 5
            ? throw new InvalidOperationException("a crash of the objective")
            : Task.FromResult<IReadOnlyDictionary<string, double>?>(new Dictionary<string, double> { ["loss"] = TunedBowls.Loss(trial.Parameters) }))));
        Assert.Equal(60, ran.Sum());
        var status = await studies.GetAsync(run);
        Assert.Equal(("finished", 59, 1), (status.Status, status.Counts.Complete, status.Counts.Failed));
        Assert.Equal(0, status.Best[0].Values[0], 1e-9);
        var trials = (await studies.TrialsAsync(run)).Items;
        Assert.Equal("a crash of the objective", trials[5].Failure);
        // How much of it is whose depends on which worker was first; what it is worth is a matter of Orrery.Tuning's tests.
        var shares = (await studies.ImportanceAsync(run)).Shares;
        Assert.Contains("rate", shares.Keys);
        Assert.InRange(shares.Values.Sum(), 0.01, 1.01); // pairs have the rest
        await Assert.ThrowsAsync<ConflictException>(() => studies.AskAsync(run, "late"));
        Assert.Equal(run, Assert.Single((await studies.ListAsync("bowl")).Items).Id);
    }

    [Fact]
    public async Task An_objective_asks_for_what_it_needs()
    {
        await using var server = await TestServer.StartAsync();
        var studies = server.Client.Studies;
        await server.Client.Resources.ApplyAsync("kind: Study\nname: free\nspec: {trials: 3, objectives: [{metric: loss}]}");
        var run = (await studies.StartAsync("free")).Run;
        var offer = await studies.AskAsync(run, "w");
        var x = await studies.SuggestAsync(run, offer.Trial!.Number, "w", new("x", "float", 1, 10, Scale: "log"));
        Assert.InRange(x.GetDouble(), 1, 10);
        await studies.BeatAsync(run, 0, "w");
        var refused = await Assert.ThrowsAsync<InvalidException>(() => studies.TellAsync(run, 0, "w", new Dictionary<string, double> { ["lost"] = 1 }));
        Assert.Contains("'loss' is missing", refused.Message, StringComparison.Ordinal);
        Assert.Equal("complete", (await studies.TellAsync(run, 0, "w", new Dictionary<string, double> { ["loss"] = 1 })).State);
        await studies.StopAsync(run);
        Assert.Equal("cancelled", (await studies.GetAsync(run)).Status);
    }
}
