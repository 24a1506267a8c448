using Orrery.Serving.Endpoints;

namespace Orrery.Serving.Canaries;

/// <summary>Where a canary stands.</summary>
public enum CanaryState
{
    /// <summary>It gathers outcomes.</summary>
    Running,
    /// <summary>The challenger was better and is the champion now.</summary>
    Promoted,
    /// <summary>The challenger was worse, or broke a guard.</summary>
    RolledBack,
    /// <summary>The outcomes ran out before they decided; the champion stayed.</summary>
    Undecided,
    /// <summary>Somebody ended it.</summary>
    Cancelled,
}

/// <summary>A canary and its evidence.</summary>
/// <param name="Id">Its id.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Champion">The champion's version number.</param>
/// <param name="Challenger">The challenger's.</param>
/// <param name="Share">The challenger's share of requests.</param>
/// <param name="Shadow">Whether the challenger only scores.</param>
/// <param name="Metric">The loss.</param>
/// <param name="Alpha">The error that the verdict allows itself.</param>
/// <param name="Outcomes">Requests with both scores and a label so far.</param>
/// <param name="ChampionLoss">The champion's mean loss on them.</param>
/// <param name="ChallengerLoss">The challenger's.</param>
/// <param name="Lower">The interval of champion loss − challenger loss, valid at every moment at once: above 0 the challenger is better.</param>
/// <param name="Upper">Its other end.</param>
/// <param name="Reason">A sentence: why it ended as it did.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record CanaryStatus(
    string Id, CanaryState State, int Champion, int Challenger, Share Share, bool Shadow, CanaryMetric Metric, double Alpha, long Outcomes,
    double? ChampionLoss, double? ChallengerLoss, double Lower, double Upper, string? Reason, DateTimeOffset StartedAt, DateTimeOffset? EndedAt);
