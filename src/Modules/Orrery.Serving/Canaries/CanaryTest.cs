using Orrery.Serving.Endpoints;
using Orrery.Statistics;
using Orrery.Statistics.Sequential;

namespace Orrery.Serving.Canaries;

/// <summary>
/// The evidence of a canary: paired losses of champion and challenger on the same requests, and the confidence sequence over their differences.
/// Why pairs, and why it may be looked at after every outcome: docs/design/canary.md.
/// </summary>
internal sealed class CanaryTest
{
    /// <summary>Where log loss is cut off: a probability of 0.135 for what happened.</summary>
    public const double LargestLogLoss = 2;

    // Halves that wait for the other arm's outcome. Both are written together, so the other is rarely more than a batch away;
    // in shadow mode the champion's answers outside of the slice pass through here too and fall out at the far end.
    private const int MaxWaiting = 1024;

    private readonly CanaryMetric _metric;
    private readonly EmpiricalBernsteinSequence _sequence;
    private readonly Dictionary<string, WaitingLoss> _waiting = new(StringComparer.Ordinal);
    private readonly Queue<string> _order = new();
    private double _championLoss;
    private double _challengerLoss;

    public CanaryTest(CanaryMetric metric, double alpha)
    {
        _metric = metric;
        var largest = metric == CanaryMetric.LogLoss ? LargestLogLoss : 1;
        _sequence = new(-largest, largest, alpha);
    }

    public CanaryTest(CanaryMetric metric, CanaryEvidence evidence)
    {
        _metric = metric;
        _sequence = new(evidence.Sequence);
        (_championLoss, _challengerLoss) = (evidence.ChampionLoss, evidence.ChallengerLoss);
        foreach (var waiting in evidence.Waiting)
            Wait(waiting);
    }

    /// <summary>Requests with both losses.</summary>
    public long Outcomes => _sequence.Count;

    /// <summary>Mean losses; null before the first pair.</summary>
    public double? ChampionLoss => Outcomes == 0 ? null : _championLoss / Outcomes;

    public double? ChallengerLoss => Outcomes == 0 ? null : _challengerLoss / Outcomes;

    /// <summary>Of champion loss − challenger loss.</summary>
    public Interval Interval => _sequence.Interval();

    /// <summary>Better: the challenger's loss is lower.</summary>
    public SequentialVerdict Verdict => _sequence.Verdict;

    /// <summary>Adds one arm's outcome; true where it completed a pair.</summary>
    public bool Add(string id, bool challenger, double score, double label)
    {
        var loss = Loss(score, label);
        if (!_waiting.TryGetValue(id, out var other))
        {
            Wait(new(id, challenger, loss));
            return false;
        }

        // The same arm again: a label that was sent twice. The first one counts.
        if (other.Challenger == challenger)
            return false;
        _waiting.Remove(id);
        var (champion, challenging) = challenger ? (other.Loss, loss) : (loss, other.Loss);
        _championLoss += champion;
        _challengerLoss += challenging;
        _sequence.Add(champion - challenging);
        return true;
    }

    public CanaryEvidence ToEvidence() => new(_sequence.ToState(), _championLoss, _challengerLoss, [.. _order.Where(_waiting.ContainsKey).Distinct(StringComparer.Ordinal).Select(id => _waiting[id])]);

    /// <summary>The loss of one prediction, within the bounds that the sequence was promised.</summary>
    public double Loss(double score, double label)
    {
        var probability = Math.Clamp(score, 0, 1);
        var truth = Math.Clamp(label, 0, 1);
        if (_metric == CanaryMetric.Brier)
            return (probability - truth) * (probability - truth);
        var loss = -(truth * Math.Log(probability) + (1 - truth) * Math.Log(1 - probability));
        // 0 × ln 0 is 0: a certain and right prediction.
        return double.IsNaN(loss) ? 0 : Math.Min(loss, LargestLogLoss);
    }

    private void Wait(WaitingLoss half)
    {
        _waiting[half.Id] = half;
        _order.Enqueue(half.Id);
        while (_waiting.Count > MaxWaiting || _order.Count > 4 * MaxWaiting)
            _waiting.Remove(_order.Dequeue());
    }
}

/// <summary>A loss whose other half has not come yet.</summary>
internal sealed record WaitingLoss(string Id, bool Challenger, double Loss);

/// <summary>All that a canary needs to go on after a restart.</summary>
internal sealed record CanaryEvidence(EmpiricalBernsteinState Sequence, double ChampionLoss, double ChallengerLoss, IReadOnlyList<WaitingLoss> Waiting);
