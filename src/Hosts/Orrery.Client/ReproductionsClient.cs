using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>An output of a run and of its reproduction.</summary>
public sealed record OutputComparison(string Path, [property: Words("identical", "different", "missing", "added")] string Verdict, Digest? Original, Digest? Reproduced);

/// <summary>Something that was otherwise when the reproduction ran.</summary>
public sealed record EnvironmentDifference(string Name, string? Original, string? Reproduced);

/// <summary>A reproduction beside its original.</summary>
public sealed record ReproductionReport(
    RunId Original, RunId Run, string Kind, [property: Words("running", "finished", "failed", "cancelled", "scheduled")] string Status, string? Error, bool Identical,
    IReadOnlyList<OutputComparison> Outputs, IReadOnlyList<EnvironmentDifference> Environment)
{
    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => Status is not ("running" or "scheduled");
}

/// <summary>A part that was not run again, and why.</summary>
public sealed record LeftRun(RunId Run, string Kind, string Reason);

/// <summary>The runs that were started.</summary>
public sealed record StartedReproduction(IReadOnlyList<RunId> Runs, IReadOnlyList<LeftRun> Left);
