namespace Orrery.Benchmarks.Reporting;

/// <summary>One figure, measured in every round for ours and for what stands beside it.</summary>
/// <param name="Name">What: <c>prediction/throughput</c>.</param>
/// <param name="Unit">In what: <c>ms</c>, <c>requests/s</c>.</param>
/// <param name="Peer">What stands beside ours.</param>
/// <param name="Ours">Ours, a value a round.</param>
/// <param name="Theirs">The peer's, a value a round.</param>
/// <param name="Goal">What ours is to reach; null for a figure that is only told.</param>
internal sealed record Comparison(string Name, string Unit, string Peer, IReadOnlyList<double> Ours, IReadOnlyList<double> Theirs, Goal? Goal = null)
{
    public double Median => Samples.Median(Ours);

    public double PeerMedian => Samples.Median(Theirs);

    /// <summary>Ours divided by the peer's.</summary>
    public double Ratio => Median / PeerMedian;

    /// <summary>Whether the goal is reached; null where there is none.</summary>
    public bool? Met => Goal?.IsMet(this);
}

/// <summary>What a figure is to reach.</summary>
/// <param name="Text">As it is said: <c>&lt; 600 ms</c>.</param>
/// <param name="IsMet">Whether a figure reaches it.</param>
internal sealed record Goal(string Text, Func<Comparison, bool> IsMet)
{
    public static Goal Below(double bound, string unit) => new(FormattableString.Invariant($"< {bound} {unit}"), figure => figure.Median < bound);

    public static Goal AtLeast(double bound, string unit) => new(FormattableString.Invariant($"≥ {bound} {unit}"), figure => figure.Median >= bound);

    public static Goal RatioAtLeast(double bound) => new(FormattableString.Invariant($"≥ {bound} × peer"), figure => figure.Ratio >= bound);

    public static Goal RatioAtMost(double bound) => new(FormattableString.Invariant($"≤ {bound} × peer"), figure => figure.Ratio <= bound);
}
