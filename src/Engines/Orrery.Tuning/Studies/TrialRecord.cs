using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Studies;

/// <summary>Where a trial stands.</summary>
public enum TrialState
{
    /// <summary>Asked for, not told.</summary>
    Running,

    /// <summary>Told a value.</summary>
    Complete,

    /// <summary>Stopped early, as not promising.</summary>
    Pruned,

    /// <summary>Has no value: it crashed, or its value is not finite.</summary>
    Failed,
}

/// <summary>A value that a trial reported on its way.</summary>
/// <param name="Step">How much it had spent: rounds, epochs.</param>
/// <param name="Value">The objective by then; null where it was not finite.</param>
public readonly record struct IntermediateValue(int Step, double? Value);

/// <summary>One trial of a study: an immutable snapshot.</summary>
public sealed record TrialRecord
{
    /// <summary>0, 1, 2 … in the order of asking.</summary>
    public required int Number { get; init; }

    /// <summary>A value for every parameter of the space that is active.</summary>
    public required IReadOnlyDictionary<string, ParameterValue> Parameters { get; init; }

    /// <summary>Where it stands.</summary>
    public TrialState State { get; init; }

    /// <summary>The objective, the first of several; null unless complete.</summary>
    public double? Value => Values is [var first, ..] ? first : null;

    /// <summary>One value an objective; empty unless complete.</summary>
    public ImmutableArray<double> Values { get; init; } = [];

    /// <summary>What the constraints came to, each kept at 0 or below; empty where there are none.</summary>
    public ImmutableArray<double> Constraints { get; init; } = [];

    /// <summary>Whether every constraint is kept.</summary>
    [JsonIgnore]
    public bool IsFeasible => Violation == 0;

    [JsonIgnore]
    internal double Violation => Constraints.Sum(constraint => Math.Max(0, constraint));

    /// <summary>What it reported, by ascending step.</summary>
    public ImmutableArray<IntermediateValue> Reports { get; init; } = [];

    /// <summary>Why it failed.</summary>
    public string? Failure { get; init; }

    /// <summary>The failed trial whose parameters it tries again.</summary>
    public int? RetryOf { get; init; }
}
