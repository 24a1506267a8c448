using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Studies;

/// <summary>All that is needed to go on with a study: plain records, made for System.Text.Json.</summary>
public sealed record StudyState
{
    /// <summary>What is searched.</summary>
    public required IReadOnlyList<ParameterSpec> Space { get; init; }

    /// <summary>How.</summary>
    public required StudyOptions Options { get; init; }

    /// <summary>Every trial, by number.</summary>
    public required IReadOnlyList<TrialRecord> Trials { get; init; }

    /// <summary>Whether the objective defines the space by what it asks for; <see cref="Space"/> is then what it has asked for so far.</summary>
    public bool DefinedByRun { get; init; }

    /// <summary>Points that wait for their trial, as they were enqueued.</summary>
    public IReadOnlyList<QueuedTrial> Queue { get; init; } = [];
}

/// <summary>A point that waits for its trial.</summary>
/// <param name="Parameters">The values that it must have; the sampler chooses the others.</param>
/// <param name="RetryOf">The failed trial that it tries again.</param>
public sealed record QueuedTrial(IReadOnlyDictionary<string, ParameterValue> Parameters, int? RetryOf = null);
