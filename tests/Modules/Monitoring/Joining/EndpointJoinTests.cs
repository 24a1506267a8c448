using CsCheck;
using Orrery.Monitoring.Joining;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Signals;
using Orrery.Tests;
using Xunit;

namespace Orrery.Monitoring.Tests.Joining;

/// <summary>The law of the join: each prediction record gets the first label of its id, once, whatever came in which order and whatever broke.</summary>
public sealed class EndpointJoinTests
{
    private static readonly TimeSpan Retention = TimeSpan.FromDays(90);

    private sealed record Scored(int Id, int Version, bool Challenger);

    private sealed record Known(int Id, int Value);

    private enum Happening
    {
        CatchUp,
        Restart,
        Crash,
        PowerCut,
    }

    private static readonly Gen<(Scored[] Predictions, Known[] Labels)[]> Parts = Gen.Select(
        Gen.Select(Gen.Int[0, 12], Gen.Int[1, 2], Gen.Bool, (id, version, challenger) => new Scored(id, version, challenger)).Array[0, 8],
        Gen.Select(Gen.Int[0, 12], Gen.Int[0, 1], (id, value) => new Known(id, value)).Array[0, 8],
        (predictions, labels) => (predictions, labels)).Array[1, 6];

    [Fact]
    public async Task Any_interleaving_with_restarts_crashes_and_power_cuts_gives_the_same_outcomes()
    {
        await using var platform = await TestPlatform.StartAsync();
        var endpoints = 0;
        await Gen.Select(Parts, Gen.Enum<Happening>().Array[6], Gen.Int[1, 3]).SampleAsync(async (parts, happenings, severity) =>
        {
            var endpoint = $"e{Interlocked.Increment(ref endpoints)}";
            var store = new ForgetfulStore();
            var join = await LoadAsync(endpoint, platform.Signals, store);
            for (var part = 0; part < parts.Length; part++)
            {
                await AppendAsync(platform.Signals, endpoint, part, parts[part].Predictions, parts[part].Labels);
                switch (happenings[part])
                {
                    case Happening.CatchUp:
                        await join.CatchUpAsync(default);
                        break;
                    case Happening.Restart:
                        join = await LoadAsync(endpoint, platform.Signals, store);
                        break;
                    case Happening.Crash:
                        store.FailsAfter = severity - 1;
                        await Record.ExceptionAsync(() => join.CatchUpAsync(default));
                        store.FailsAfter = null;
                        join = await LoadAsync(endpoint, platform.Signals, store);
                        break;
                    default:
                        await join.CatchUpAsync(default);
                        store.Forget(severity);
                        join = await LoadAsync(endpoint, platform.Signals, store);
                        break;
                }
            }

            await join.CatchUpAsync(default);
            Assert.Equal(Expected(parts), await platform.Signals.OutcomesAsync(endpoint));
        }, iter: 150, threads: 1);
    }

    [Fact]
    public async Task Labels_may_come_before_their_predictions_and_long_after()
    {
        await using var platform = await TestPlatform.StartAsync();
        var join = await LoadAsync("flights", platform.Signals, platform.KeyValues);
        await AppendAsync(platform.Signals, "flights", 0, [], [new(1, 1)]);
        await join.CatchUpAsync(default);
        await AppendAsync(platform.Signals, "flights", 1, [new(1, 1, false), new(2, 1, false)], []);
        await join.CatchUpAsync(default);
        Assert.Equal(1, join.Progress.Outcomes);
        await AppendAsync(platform.Signals, "flights", 2, [], [new(2, 0)]);
        await join.CatchUpAsync(default);
        Assert.Equal(2, join.Progress.Outcomes);
    }

    [Fact]
    public async Task The_first_label_wins_and_what_contradicts_it_is_counted()
    {
        await using var platform = await TestPlatform.StartAsync();
        var join = await LoadAsync("flights", platform.Signals, platform.KeyValues);
        await AppendAsync(platform.Signals, "flights", 0, [new(1, 1, false), new(1, 1, false)], [new(1, 1), new(1, 0), new(1, 1)]);
        await platform.Signals.Labels("flights").AppendAsync(
            new SignalBatch(LabelStream.Schema).Label(Streams.Start, "1", double.NaN).Label(Streams.Start, "9", null));
        await join.CatchUpAsync(default);
        var status = join.Progress.ToStatus("flights");
        Assert.Equal((1, 1, 1, 1, 2), (status.Outcomes, status.CorrectedLabels, status.RepeatedLabels, status.RepeatedPredictions, status.InvalidLabels));
        Assert.Contains("label=1", Assert.Single(await platform.Signals.OutcomesAsync("flights")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Both_arms_of_a_request_get_an_outcome()
    {
        await using var platform = await TestPlatform.StartAsync();
        var join = await LoadAsync("flights", platform.Signals, platform.KeyValues);
        await AppendAsync(platform.Signals, "flights", 0, [new(1, 1, false), new(1, 2, true)], [new(1, 1)]);
        await join.CatchUpAsync(default);
        Assert.Equal(2, (await platform.Signals.OutcomesAsync("flights")).Count);
    }

    [Fact]
    public async Task What_never_met_its_other_half_is_forgotten_after_the_retention_and_counted()
    {
        await using var platform = await TestPlatform.StartAsync();
        var store = new ForgetfulStore();
        var join = await LoadAsync("flights", platform.Signals, store);
        await AppendAsync(platform.Signals, "flights", 0, [new(1, 1, false), new(2, 1, false)], [new(2, 1), new(3, 1)]);
        await join.CatchUpAsync(default);
        var full = store.Keys;
        await AppendAsync(platform.Signals, "flights", 24 * 91, [new(4, 1, false)], []);
        await join.CatchUpAsync(default);
        Assert.Equal((1, 1), (join.Progress.ExpiredPredictions, join.Progress.ExpiredLabels));
        Assert.True(store.Keys < full, $"{store.Keys} keys are left of {full}");

        // A label that comes after that finds nothing: it is one without a prediction.
        await AppendAsync(platform.Signals, "flights", 24 * 91, [], [new(1, 1)]);
        await join.CatchUpAsync(default);
        Assert.Equal(1, join.Progress.Outcomes);
    }

    [Fact]
    public async Task A_record_from_the_far_future_makes_nothing_old()
    {
        await using var platform = await TestPlatform.StartAsync();
        var join = await LoadAsync("flights", platform.Signals, platform.KeyValues);
        var now = TimeProvider.System.GetUtcNow();
        await platform.Signals.Predictions("flights").AppendAsync(new SignalBatch(PredictionStream.Schema([], [])).Prediction(now, "a", 0.5));
        await join.CatchUpAsync(default);
        await platform.Signals.Predictions("flights").AppendAsync(new SignalBatch(PredictionStream.Schema([], [])).Prediction(now.AddYears(100), "b", 0.5));
        await join.CatchUpAsync(default);
        await platform.Signals.Labels("flights").AppendAsync(new SignalBatch(LabelStream.Schema).Label(now, "a", 1));
        await join.CatchUpAsync(default);
        Assert.Equal((1, 0), (join.Progress.Outcomes, join.Progress.ExpiredPredictions));
    }

    private static Task<EndpointJoin> LoadAsync(string endpoint, ISignalLog signals, IKeyValueStore store) =>
        EndpointJoin.LoadAsync(endpoint, signals, store, Retention, TimeProvider.System, default);

    private static async Task AppendAsync(ISignalLog signals, string endpoint, int hour, Scored[] predictions, Known[] labels)
    {
        var time = Streams.Start.AddHours(hour);
        var scored = new SignalBatch(PredictionStream.Schema([], []));
        foreach (var p in predictions)
            scored.Prediction(time, $"{p.Id}", ScoreOf(p), p.Version, ArmOf(p), !p.Challenger);
        await signals.Predictions(endpoint).AppendAsync(scored);
        var known = new SignalBatch(LabelStream.Schema);
        foreach (var label in labels)
            known.Label(time, $"{label.Id}", label.Value);
        await signals.Labels(endpoint).AppendAsync(known);
    }

    /// <summary>The law, said plainly over all that ever came.</summary>
    private static List<string> Expected((Scored[] Predictions, Known[] Labels)[] parts)
    {
        var labels = new Dictionary<int, (int Value, DateTimeOffset Time)>();
        for (var part = 0; part < parts.Length; part++)
        {
            foreach (var label in parts[part].Labels)
                labels.TryAdd(label.Id, (label.Value, Streams.Start.AddHours(part)));
        }

        var lines = parts.SelectMany((part, hour) => part.Predictions.Select(p => (Prediction: p, Time: Streams.Start.AddHours(hour))))
            .DistinctBy(p => p.Prediction)
            .Where(p => labels.ContainsKey(p.Prediction.Id))
            .Select(p => Streams.Line(
                $"{p.Prediction.Id}", p.Prediction.Version, ArmOf(p.Prediction), !p.Prediction.Challenger, ScoreOf(p.Prediction), p.Time,
                labels[p.Prediction.Id].Value, labels[p.Prediction.Id].Time))
            .ToList();
        lines.Sort(StringComparer.Ordinal);
        return lines;
    }

    private static string ArmOf(Scored p) => p.Challenger ? "challenger" : "champion";

    private static double? ScoreOf(Scored p) => p.Id % 5 == 0 ? null : p.Id / 16.0;
}
