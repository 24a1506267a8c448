using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Platform.Signals;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Plans;
using Orrery.Serving.Storage;
using Orrery.Statistics.Sequential;

namespace Orrery.Serving.Canaries;

/// <summary>How a canary comes out.</summary>
internal sealed record CanaryVerdict(CanaryState State, string Reason);

/// <summary>A running canary: its record and its evidence. Owned by its endpoint's owner, so one call at a time.</summary>
internal sealed class Canary
{
    // A mean of fewer losses says nothing yet.
    private const int GuardedOutcomes = 50;

    private readonly CanarySpec _rules;
    private readonly CanaryTest _test;
    private readonly CanaryCourse _course;

    private Canary(CanaryRow row, CanarySpec rules, CanaryTest test)
    {
        (Row, _rules, _test) = (row, rules, test);
        _course = new(row.Course is { } course ? Read<IReadOnlyList<CoursePoint>>(course) : []);
    }

    public CanaryRow Row { get; private set; }

    public GuardSpec Guard => _rules.Guard ?? new();

    public static Canary Start(CanaryRow row, CanarySpec rules)
    {
        var test = new CanaryTest(rules.Metric, rules.Alpha);
        return new(row with { Rules = Write(rules), Evidence = Write(test.ToEvidence()) }, rules, test);
    }

    /// <summary>A canary as the database has it: to go on with, or to describe.</summary>
    public static Canary Load(CanaryRow row)
    {
        var rules = Read<CanarySpec>(row.Rules);
        return new(row, rules, new(rules.Metric, Read<CanaryEvidence>(row.Evidence)));
    }

    /// <summary>Takes in outcomes, in order, from the next one on; stops at the one that decides.</summary>
    public CanaryVerdict? Observe(SignalBatch outcomes)
    {
        var columns = new OutcomeColumns(outcomes);
        CanaryVerdict? verdict = null;
        for (var i = (int)Math.Max(0, Row.NextOutcome - outcomes.FirstOffset); i < outcomes.Count && verdict is null; i++)
        {
            if (!columns.TryRead(i, out var outcome) || !IsOurs(outcome) || !_test.Add(outcome.Id, outcome.Challenger, outcome.Score, outcome.Label))
                continue;
            _course.Observe(_test);
            verdict = Judge();
        }

        Row = Row with { Evidence = Write(_test.ToEvidence()), Course = Write(_course.Points), NextOutcome = outcomes.FirstOffset + outcomes.Count };
        return verdict;
    }

    public CanaryRow Ended(CanaryVerdict verdict, long at) => Row = Row with { State = verdict.State.ToString(), Reason = verdict.Reason, EndedAt = at };

    public CanaryStatus Describe() => new(
        Row.Id, Row.StateValue, Row.Champion, Row.Challenger, new(Row.Share), Row.Shadow, _rules.Metric, _rules.Alpha, _test.Outcomes, _test.ChampionLoss,
        _test.ChallengerLoss, _test.Interval.Lower, _test.Interval.Upper, Row.Reason, SignalBatch.FromMicroseconds(Row.StartedAt),
        Row.EndedAt is { } ended ? SignalBatch.FromMicroseconds(ended) : null);

    /// <summary>How its interval narrowed, up to now.</summary>
    public IReadOnlyList<CoursePoint> Course() => _course.Until(_test);

    // Outside of the slice the champion's record is the served one, and has no pair; in shadow mode only the pairing tells.
    private bool IsOurs(in Outcome outcome) => outcome.Challenger
        ? outcome.Version == Row.Challenger
        : outcome.Version == Row.Champion && (Row.Shadow || !outcome.Served);

    private CanaryVerdict? Judge()
    {
        var outcomes = _test.Outcomes;
        var increase = _test.ChallengerLoss - _test.ChampionLoss;
        if (outcomes >= GuardedOutcomes && increase > Guard.MaxLossIncrease)
            return new(CanaryState.RolledBack, FormattableString.Invariant(
                $"the challenger's mean loss is {increase:0.####} above the champion's after {outcomes} outcomes; at most {Guard.MaxLossIncrease:0.####} is allowed"));
        return _test.Verdict switch
        {
            SequentialVerdict.Worse => new(CanaryState.RolledBack, Sentence("worse")),
            SequentialVerdict.Better when outcomes >= _rules.MinOutcomes => new(CanaryState.Promoted, Sentence("better")),
            _ when outcomes >= _rules.MaxOutcomes => new(CanaryState.Undecided, Sentence("neither better nor worse")),
            _ => null,
        };
    }

    private string Sentence(string what) => FormattableString.Invariant(
        $"the challenger is {what} after {_test.Outcomes} outcomes: {_rules.Metric} {_test.ChallengerLoss:0.#####} against {_test.ChampionLoss:0.#####}, difference in [{_test.Interval.Lower:0.#####}, {_test.Interval.Upper:0.#####}] at alpha {_rules.Alpha}");

    private static string Write<T>(T value) => JsonSerializer.Serialize(value, LedgerJson.Options);

    private static T Read<T>(string json) =>
        JsonSerializer.Deserialize<T>(json, LedgerJson.Options) ?? throw new OrreryException(ErrorCode.Internal, "A canary's stored state is null.");
}

/// <summary>One record of the outcome stream.</summary>
internal readonly record struct Outcome(string Id, long Version, bool Challenger, bool Served, double Score, double Label);

/// <summary>Reads records of the outcome stream.</summary>
internal readonly struct OutcomeColumns(SignalBatch batch)
{
    private readonly SignalColumnValues _version = batch[PredictionStream.Version];
    private readonly SignalColumnValues _arm = batch[PredictionStream.Arm];
    private readonly SignalColumnValues _served = batch[PredictionStream.Served];
    private readonly SignalColumnValues _score = batch[PredictionStream.Score];
    private readonly SignalColumnValues _label = batch[OutcomeStream.Label];

    /// <summary>False where a value is missing or not a number: there is no loss then.</summary>
    public bool TryRead(int row, out Outcome outcome)
    {
        outcome = default;
        if (_version.IsNull(row) || _arm.IsNull(row) || _served.IsNull(row) || _score.IsNull(row) || _label.IsNull(row))
            return false;
        outcome = new(batch.IdAt(row), _version.Int64(row), _arm.Text(row) == Arms.Challenger, _served.Boolean(row), _score.Float64(row), _label.Float64(row));
        return double.IsFinite(outcome.Score) && double.IsFinite(outcome.Label);
    }
}
