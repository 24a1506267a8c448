using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;

namespace Orrery.Pipelines.Steps;

/// <summary>
/// A kind of step that a module contributes to pipelines: <c>ingest</c>, <c>materialize</c>, <c>train</c>, <c>gate</c>, <c>deploy</c> …
/// Registered with dependency injection. Derive from <see cref="StepKind{TSpec}"/>.
/// </summary>
public interface IStepKind
{
    /// <summary>What it is called in a pipeline's YAML.</summary>
    string Name { get; }

    /// <summary>The record that the step's <c>with</c> binds to, strictly.</summary>
    Type SpecType { get; }

    /// <summary>Whether a finished step with the same key (kind, its code, spec, versions of inputs and references) need not run again. False for steps that act on the world.</summary>
    bool Cacheable { get; }

    /// <summary>
    /// The assets that the spec names beside the step's inputs: a trainer, an expectation suite. Their versions belong to the key under which a
    /// finished step is found again; one that does not exist yet is left to the step to complain about.
    /// </summary>
    IEnumerable<AssetRef> References(object spec);

    /// <summary>Runs the step inside a run of its own. It may be run again after a crash, so it is idempotent.</summary>
    Task<StepResult> RunAsync(StepContext context, object spec, CancellationToken cancellationToken);
}

/// <summary>What a running step knows.</summary>
/// <param name="Caller">On whose behalf.</param>
/// <param name="Run">The run of this step; inputs and outputs are recorded on it.</param>
/// <param name="Pipeline">The pipeline's name.</param>
/// <param name="Inputs">The asset versions that the steps before it wrote and that it refers to, by the name given in YAML.</param>
/// <param name="Report">Tells how far it is; thread-safe and cheap.</param>
public sealed record StepContext(
    Caller Caller, RunId Run, string Pipeline, IReadOnlyDictionary<string, AssetVersion> Inputs, IProgress<StepProgress> Report);

/// <summary>How far a step is.</summary>
/// <param name="Done">Units done: rows, trials …</param>
/// <param name="Total">Units in all; null where nobody knows.</param>
/// <param name="Unit">What is counted.</param>
public sealed record StepProgress(long Done, long? Total, string Unit);

/// <summary>What a step made.</summary>
/// <param name="Outputs">The asset versions it wrote, by name; later steps refer to <c>step.name</c>.</param>
/// <param name="Facts">Small figures for people and for conditions of later steps.</param>
public sealed record StepResult(IReadOnlyDictionary<string, VersionId> Outputs, IReadOnlyDictionary<string, JsonElement> Facts)
{
    /// <summary>Nothing made.</summary>
    public static StepResult None { get; } = new(new Dictionary<string, VersionId>(), new Dictionary<string, JsonElement>());
}

/// <summary>A kind of step whose <c>with</c> binds to <typeparamref name="TSpec"/>.</summary>
public abstract class StepKind<TSpec>(string name) : IStepKind where TSpec : notnull
{
    /// <inheritdoc/>
    public string Name { get; } = name;

    /// <inheritdoc/>
    public Type SpecType => typeof(TSpec);

    /// <inheritdoc/>
    public virtual bool Cacheable => true;

    /// <summary>The assets that the spec names beside the step's inputs.</summary>
    protected virtual IEnumerable<AssetRef> References(TSpec spec) => [];

    /// <summary>Runs the step.</summary>
    protected abstract Task<StepResult> RunAsync(StepContext context, TSpec spec, CancellationToken cancellationToken);

    IEnumerable<AssetRef> IStepKind.References(object spec) => References((TSpec)spec);

    Task<StepResult> IStepKind.RunAsync(StepContext context, object spec, CancellationToken cancellationToken) =>
        RunAsync(context, (TSpec)spec, cancellationToken);
}
