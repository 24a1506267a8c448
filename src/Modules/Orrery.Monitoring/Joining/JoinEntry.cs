namespace Orrery.Monitoring.Joining;

/// <summary>A prediction record of one arm, as far as its outcome needs it. Times are microseconds since 1970.</summary>
internal readonly record struct ArmScore(long Version, string Arm, bool Served, double? Score, long PredictedAt);

/// <summary>What became known as true, and when.</summary>
internal readonly record struct KnownLabel(double Value, long Time);

/// <summary>
/// All that came so far with one prediction id: the scores of the arms, in the order they came, and the first label. It stays after the join, so that what
/// comes again is recognised, until the retention ends.
/// </summary>
internal sealed class JoinEntry
{
    /// <summary>A byte counts them. Honest ids have one, or two while a canary runs.</summary>
    private const int MaxScores = byte.MaxValue;

    public KnownLabel? Label { get; set; }

    public List<ArmScore> Scores { get; } = new(1);

    /// <summary>Whether an arm's record is there; the first one counts. An id that is used for ever takes no more either.</summary>
    public bool Has(long version, string arm)
    {
        if (Scores.Count == MaxScores)
            return true;
        foreach (var score in Scores)
        {
            if (score.Version == version && score.Arm == arm)
                return true;
        }

        return false;
    }
}
