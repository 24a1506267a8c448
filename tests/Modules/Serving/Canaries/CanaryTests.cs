using System.Globalization;
using System.IO.Hashing;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Ownership;
using Orrery.Platform.Signals;
using Orrery.Serving.Canaries;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Predictions;
using Orrery.Tests;
using Orrery.Tests.Serving;
using Xunit;

namespace Orrery.Serving.Tests.Canaries;

/// <summary>The life of a canary on simulated truth: flights are late with the probability that <see cref="Truth"/> says.</summary>
public sealed class CanaryTests
{
    private const string HalfTraffic = """{"traffic": {"canary": "50%"}, "canary": {"minOutcomes": 100, "maxOutcomes": 1500}}""";

    // All requests are in the slice, so that chance has no part but the simulated flights', and the outcomes suffice for a verdict of some kind.
    private const string AllTraffic = """{"traffic": {"canary": "100%"}, "canary": {"minOutcomes": 100, "maxOutcomes": 1500}}""";

    private static readonly TestModel Truth = new(Bias: -1, HourWeight: 0.15f);
    private static readonly TestModel Poor = new(Bias: 3, HourWeight: 0);

    [Fact]
    public async Task A_better_challenger_is_promoted()
    {
        await using var serving = await ServingPlatform.StartAsync(AllTraffic);
        await serving.DeployAsync(Poor);
        var challenger = await StartAsync(serving, Truth);
        await LiveAsync(serving, 1500);
        var (kind, message) = await serving.AlertAsync();
        Assert.Equal("canary-promoted", kind);
        Assert.Contains("better", message);
        var status = await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        Assert.Equal(challenger.Number, status.Champion!.Number);
        Assert.Null(status.Canary);
        Assert.Equal(DeploymentReason.Promoted, status.Deployments[0].Reason);
        var verdict = Assert.Single(status.Past);
        Assert.Equal(CanaryState.Promoted, verdict.State);
        Assert.True(verdict.Lower > 0 && verdict.Outcomes >= 100, $"{verdict}");
        var alias = await serving.Platform.Get<IAssets>().GetAsync(ServingPlatform.Ada, AssetRef.Parse("model/flights@champion"));
        Assert.Equal(challenger.Id, alias.Id);
        Assert.Equal(challenger.Number, (await serving.PredictAsync("ATL", 8)).Version);
    }

    [Fact]
    public async Task A_worse_challenger_is_rolled_back()
    {
        await using var serving = await ServingPlatform.StartAsync(AllTraffic);
        var champion = await serving.DeployAsync(Truth);
        await StartAsync(serving, Poor);
        await LiveAsync(serving, 1500);
        Assert.Equal("canary-rolled-back", (await serving.AlertAsync()).Kind);
        var status = await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        Assert.Equal(champion.Number, status.Champion!.Number);
        Assert.Equal(CanaryState.RolledBack, Assert.Single(status.Past).State);
        Assert.Single(status.Arms);
    }

    [Fact]
    public async Task A_challenger_that_is_no_better_and_no_worse_leaves_the_champion()
    {
        await using var serving = await ServingPlatform.StartAsync("""{"traffic": {"canary": "100%"}, "canary": {"minOutcomes": 10, "maxOutcomes": 200}}""");
        var champion = await serving.DeployAsync(Truth);
        await StartAsync(serving, Truth with { Bias = -1.001f });
        await LiveAsync(serving, 250);
        Assert.Equal("canary-undecided", (await serving.AlertAsync()).Kind);
        var status = await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        Assert.Equal(champion.Number, status.Champion!.Number);
        Assert.Equal((CanaryState.Undecided, 200), (Assert.Single(status.Past).State, status.Past[0].Outcomes));
    }

    [Theory]
    [InlineData(true, "failed")]
    [InlineData(false, "not finite")]
    public async Task A_broken_challenger_is_rolled_back_at_once_and_no_caller_notices(bool fails, string reason)
    {
        await using var serving = await ServingPlatform.StartAsync("""{"traffic": {"canary": "50%"}, "canary": {"guard": {"minRequests": 10}}}""");
        var champion = await serving.DeployAsync(Truth);
        await StartAsync(serving, Truth with { BreaksAbove = 12, BreaksByFailing = fails });
        for (var i = 0; i < 100; i++)
        {
            var (score, _) = await serving.PredictAsync("ATL", 13);
            Assert.Equal(Truth.Probability("ATL", 13, 0.4), score, 1e-6);
        }

        var (kind, message) = await serving.AlertAsync();
        Assert.Equal("canary-rolled-back", kind);
        Assert.Contains(reason, message);
        Assert.Equal(champion.Number, (await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Champion!.Number);
    }

    [Fact]
    public async Task Both_arms_score_the_slice_and_only_one_answers()
    {
        await using var serving = await ServingPlatform.StartAsync(HalfTraffic);
        await serving.DeployAsync(Poor);
        var challenger = await StartAsync(serving, Truth);
        var inSlice = 0;
        for (var i = 0; i < 400; i++)
        {
            var (_, version) = await serving.PredictAsync("SFO", i % 24, id: $"p{i}");
            var logged = await serving.Predictions.FindAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, $"p{i}");
            Assert.Single(logged, record => record.Served);
            Assert.Equal(version, logged[0].Version);
            Assert.Equal(version == challenger.Number ? 2 : 1, logged.Count);
            inSlice += version == challenger.Number ? 1 : 0;
        }

        // 400 fair coins: outside of 150 to 250 once in two million runs, and the hash makes every run the same but for the canary's id.
        Assert.InRange(inSlice, 150, 250);
    }

    [Fact]
    public async Task A_shadow_scores_its_slice_and_never_answers()
    {
        await using var serving = await ServingPlatform.StartAsync("""{"traffic": {"canary": "100%", "shadow": true}, "canary": {"minOutcomes": 50, "maxOutcomes": 500}}""");
        await serving.DeployAsync(Poor);
        var challenger = await StartAsync(serving, Truth);
        for (var i = 0; i < 20; i++)
            Assert.Equal(1, (await serving.PredictAsync("SFO", i)).Version);
        var arms = (await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Arms;
        Assert.Equal([("champion", 20L), ("challenger", 0L)], arms.Select(arm => (arm.Arm, arm.Answered)));
        Assert.Equal([20L, 20L], arms.Select(arm => arm.Requests));
        await LiveAsync(serving, 500);
        Assert.Equal("canary-promoted", (await serving.AlertAsync()).Kind);
        Assert.Equal(challenger.Number, (await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Champion!.Number);
    }

    [Fact]
    public async Task A_sticky_key_stays_on_its_side()
    {
        await using var serving = await ServingPlatform.StartAsync(HalfTraffic);
        await serving.DeployAsync(Poor);
        await StartAsync(serving, Truth);
        foreach (var passenger in Enumerable.Range(0, 20))
        {
            var versions = new HashSet<int>();
            for (var i = 0; i < 5; i++)
            {
                await using var prediction = serving.Ask("ATL", i);
                prediction.StickyKey = $"passenger-{passenger}";
                await prediction.ScoreAsync();
                prediction.Answered();
                versions.Add(prediction.Version);
            }

            Assert.Single(versions);
        }
    }

    [Fact]
    public async Task After_a_restart_the_evidence_goes_on_where_it_was()
    {
        using var folder = new TempFolder();
        const string Long = """{"traffic": {"canary": "100%"}, "canary": {"minOutcomes": 5000, "maxOutcomes": 50000}}""";
        CanaryStatus before;
        long joined;
        await using (var serving = await ServingPlatform.StartAsync(Long, folder))
        {
            await serving.DeployAsync(Poor);
            await StartAsync(serving, Truth);
            joined = await LiveAsync(serving, 60);
            before = await ObservedAsync(serving);
            Assert.Equal(60, before.Outcomes);
            // Half of a pair is on the way when the server dies.
            await serving.PredictAsync("ATL", 1, id: "in-flight");
            await serving.Predictions.FlushAsync(ServingPlatform.Ada, ServingPlatform.Endpoint);
        }

        await using var again = await ServingPlatform.StartAsync(Long, folder);
        var after = (await again.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Canary!;
        Assert.Equal(before, after);
        await LiveAsync(again, 60, joined);
        Assert.Equal(121, (await ObservedAsync(again)).Outcomes);
        var course = await again.Endpoints.CanaryCourseAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, after.Id);
        Assert.Equal([.. Enumerable.Range(1, 11), 13, 15], course.Select(point => (int)point.Outcomes).TakeWhile(outcomes => outcomes < 16));
        Assert.Equal(121, course[^1].Outcomes);
    }

    [Fact]
    public async Task The_course_shows_how_the_interval_narrowed_to_the_verdict()
    {
        await using var serving = await ServingPlatform.StartAsync(AllTraffic);
        await serving.DeployAsync(Poor);
        await StartAsync(serving, Truth);
        var running = (await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Canary!;
        Assert.Empty(await serving.Endpoints.CanaryCourseAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, running.Id));
        await LiveAsync(serving, 1500);
        await serving.AlertAsync();

        var verdict = Assert.Single((await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Past);
        var course = await serving.Endpoints.CanaryCourseAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, verdict.Id);
        Assert.Equal((verdict.Outcomes, verdict.Lower, verdict.Upper), (course[^1].Outcomes, course[^1].Lower, course[^1].Upper));
        Assert.Equal((verdict.ChampionLoss - verdict.ChallengerLoss)!.Value, course[^1].Difference, 1e-12);
        Assert.Equal(course.Select(point => point.Outcomes).Distinct().Order(), course.Select(point => point.Outcomes));
        // The Brier score's difference lies in [−1, 1]: nothing is known of it after the first outcome, and all but the last were open or too few.
        Assert.Equal((-1, 1), (course[0].Lower, course[0].Upper));
        Assert.All(course.Where(point => point.Outcomes is >= 100 && point != course[^1]), point => Assert.True(point.Lower <= 0, $"{point}"));
        await Assert.ThrowsAsync<NotFoundException>(() => serving.Endpoints.CanaryCourseAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, "another"));
    }

    [Theory]
    [InlineData(1_000_000, 140)]
    [InlineData(1_000, 60)]
    public void The_course_of_a_long_canary_stays_short(int outcomes, int most)
    {
        var test = new CanaryTest(CanaryMetric.Brier, 0.05);
        var course = new CanaryCourse([]);
        for (var i = 0; i < outcomes; i++)
        {
            var id = i.ToString(CultureInfo.InvariantCulture);
            test.Add(id, challenger: false, 0.5, 1);
            test.Add(id, challenger: true, 0.5, 1);
            course.Observe(test);
        }

        Assert.InRange(course.Points.Count, most / 2, most);
        Assert.Equal(outcomes, course.Until(test)[^1].Outcomes);
    }

    [Fact]
    public async Task Outcomes_that_come_twice_count_once()
    {
        await using var serving = await ServingPlatform.StartAsync("""{"traffic": {"canary": "100%"}, "canary": {"minOutcomes": 5000, "maxOutcomes": 50000}}""");
        await serving.DeployAsync(Poor);
        await StartAsync(serving, Truth);
        await LiveAsync(serving, 30);
        var first = await ObservedAsync(serving);
        // The follower or a crash hands the same batches on again.
        Assert.Equal(first, await ObservedAsync(serving));
    }

    [Fact]
    public async Task A_second_canary_waits_and_a_deployment_ends_the_first()
    {
        await using var serving = await ServingPlatform.StartAsync(HalfTraffic);
        await serving.DeployAsync(Poor);
        await StartAsync(serving, Truth);
        var third = await serving.RegisterAsync(Truth with { Bias = 0 });
        await Assert.ThrowsAsync<ConflictException>(() => serving.Endpoints.StartCanaryAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, third.Ref));
        var status = await serving.Endpoints.DeployAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, third.Ref);
        Assert.Null(status.Canary);
        Assert.Equal(CanaryState.Cancelled, Assert.Single(status.Past).State);
    }

    private static async Task<AssetVersion> StartAsync(ServingPlatform serving, TestModel model)
    {
        var version = await serving.RegisterAsync(model);
        await serving.Endpoints.StartCanaryAsync(ServingPlatform.Ada, ServingPlatform.Endpoint, version.Ref);
        return version;
    }

    private static async Task<long> LiveAsync(ServingPlatform serving, int requests, long from = 0)
    {
        for (var i = 0; i < requests; i++)
            await serving.PredictAsync(i % 2 == 0 ? "ATL" : "SFO", i % 24, id: $"{from}-{i}");
        return await serving.JoinAsync(Late, from);
    }

    // The same flight is late or not, whoever asks: chance comes from its id.
    private static double Late(LoggedPrediction prediction)
    {
        var chance = (XxHash3.HashToUInt64(System.Text.Encoding.UTF8.GetBytes(prediction.Id), 42) >> 11) * (1.0 / (1UL << 53));
        return chance < Truth.Probability(prediction.Keys["origin"], prediction.Features["hour"], prediction.Features["delay"]) ? 1 : 0;
    }

    /// <summary>Hands all outcomes to the owner, whether the follower has done so already or not, and returns how the canary stands.</summary>
    private static async Task<CanaryStatus> ObservedAsync(ServingPlatform serving)
    {
        var canary = (await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Canary!;
        await foreach (var batch in serving.Platform.Signals.Find(OutcomeStream.Name(ServingPlatform.Endpoint))!.ReadAsync(0))
        {
            await serving.Platform.Get<IOwners<EndpointOwner>>().CallAsync(
                ServingPlatform.Endpoint, (owner, token) => owner.ObserveAsync(canary.Id, batch, token));
        }

        return (await serving.Endpoints.StatusAsync(ServingPlatform.Ada, ServingPlatform.Endpoint)).Canary!;
    }
}
