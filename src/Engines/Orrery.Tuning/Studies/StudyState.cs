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

    /// <summary>Points that wait for their trial, as they were enqueued.</summary>
    public IReadOnlyList<IReadOnlyDictionary<string, ParameterValue>> Queue { get; init; } = [];
}
