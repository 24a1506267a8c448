using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Runs.Reproduction;

/// <summary>How an output came out the second time.</summary>
public enum OutputVerdict
{
    /// <summary>The same to the byte.</summary>
    Identical,
    /// <summary>Another content.</summary>
    Different,
    /// <summary>Only the original has it.</summary>
    Missing,
    /// <summary>Only the reproduction has it.</summary>
    Added,
}

/// <summary>An output of a run and of its reproduction.</summary>
/// <param name="Path">The artifact's path.</param>
/// <param name="Verdict">Whether they are the same.</param>
/// <param name="Original">The digest of the original's.</param>
/// <param name="Reproduced">The digest of the reproduction's.</param>
public sealed record OutputComparison(string Path, OutputVerdict Verdict, Digest? Original, Digest? Reproduced);

/// <summary>Something that was otherwise when the reproduction ran.</summary>
/// <param name="Name"><c>code</c>, <c>runtime</c>, <c>system</c>, <c>processor</c>, or the path of a file that says which code ran.</param>
/// <param name="Original">Then.</param>
/// <param name="Reproduced">Now.</param>
public sealed record EnvironmentDifference(string Name, string? Original, string? Reproduced);

/// <summary>A reproduction beside its original.</summary>
/// <param name="Original">The run that was run again.</param>
/// <param name="Run">The run that is to give the same.</param>
/// <param name="Kind">What both do.</param>
/// <param name="Status">Where the reproduction stands; its outputs are whole once it is finished.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Identical">Whether it is finished and every output is the same to the byte.</param>
/// <param name="Outputs">By path.</param>
/// <param name="Environment">What was otherwise; empty where nothing was.</param>
public sealed record ReproductionReport(
    RunId Original, RunId Run, string Kind, RunStatus Status, string? Error, bool Identical, IReadOnlyList<OutputComparison> Outputs,
    IReadOnlyList<EnvironmentDifference> Environment);

/// <summary>A run that was not started again, and why.</summary>
public sealed record LeftRun(RunId Run, string Kind, string Reason);

/// <summary>What was started: the run itself, or those parts of it that compute something.</summary>
/// <param name="Runs">The new runs; each names its original.</param>
/// <param name="Left">Parts that are not run again, such as a step that points an alias at a model.</param>
public sealed record StartedReproduction(IReadOnlyList<RunId> Runs, IReadOnlyList<LeftRun> Left);

/// <summary>Runs runs again. Thread-safe.</summary>
public interface IReproductions
{
    /// <summary>Starts it with the same inputs, seed and parameters, as a new run, and returns at once.</summary>
    /// <exception cref="PreconditionFailedException">It cannot be run again; the message says what is missing.</exception>
    Task<StartedReproduction> StartAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);

    /// <summary>Compares a reproduction with its original.</summary>
    /// <exception cref="PreconditionFailedException">The run is no reproduction.</exception>
    Task<ReproductionReport> CompareAsync(Caller caller, RunId reproduction, CancellationToken cancellationToken = default);
}

/// <summary>Runs one kind of run again, from the recipe that the run was started with; a module registers its own.</summary>
public interface IReproducer
{
    /// <summary>The kind of run.</summary>
    string Kind { get; }

    /// <summary>Starts a run that <see cref="Run.Reproduces"/> the original, and returns it at once.</summary>
    /// <exception cref="NotFoundException">An input is not there any more.</exception>
    Task<RunId> StartAsync(Caller caller, Run original, CancellationToken cancellationToken = default);
}
