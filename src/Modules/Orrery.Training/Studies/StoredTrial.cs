using Orrery.Kernel;
using Orrery.Tuning.Studies;

namespace Orrery.Training.Studies;

/// <summary>A trial as its run holds it.</summary>
/// <param name="Record">What the search needs to know of it.</param>
/// <param name="Run">Its run.</param>
/// <param name="Worker">Who runs it.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
internal sealed record StoredTrial(TrialRecord Record, RunId Run, string Worker, DateTimeOffset StartedAt, DateTimeOffset? EndedAt)
{
    /// <summary>Whether it came from the queue of points to try.</summary>
    public bool WasEnqueued { get; init; }

    /// <summary>Whether it ended because its worker died, and so may be tried again.</summary>
    public bool WasLost { get; init; }
}
