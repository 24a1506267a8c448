using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Resources;

/// <summary>A declared resource as it was sent: one YAML document or JSON body.</summary>
/// <param name="Kind">In either form: <c>FeatureView</c> or <c>feature-view</c>.</param>
/// <param name="Name">The resource's name.</param>
/// <param name="Spec">The body of <c>spec</c>, not yet bound.</param>
/// <param name="Origin">Where it was read, for error messages: <c>flights.yaml</c>.</param>
public sealed record ResourceDocument(AssetKind Kind, string Name, JsonElement Spec, string Origin = "")
{
    /// <summary>The workspace that the document says it is for; null where it says nothing.</summary>
    public string? Workspace { get; init; }

    /// <summary>The line in <see cref="Origin"/> at which a value stands, by its place below <c>spec</c> (<see cref="Json.JsonPath"/>); empty for JSON.</summary>
    public IReadOnlyDictionary<string, int> Lines { get; init; } = new Dictionary<string, int>();
}

/// <summary>What applying did, or would do.</summary>
public enum ResourceAction
{
    /// <summary>It was not there.</summary>
    Created,
    /// <summary>It was there with another spec; a version was added.</summary>
    Updated,
    /// <summary>It was there as it is.</summary>
    Unchanged,
}

/// <summary>One line of a difference between two specs.</summary>
/// <param name="Path">Where: <c>features/0/window</c>.</param>
/// <param name="Before">JSON text; null where it was not there.</param>
/// <param name="After">JSON text; null where it is gone.</param>
public sealed record SpecDifference(string Path, string? Before, string? After);

/// <summary>How one document came out.</summary>
/// <param name="Kind">Its kind.</param>
/// <param name="Name">Its name.</param>
/// <param name="Action">What was or would be done.</param>
/// <param name="Version">The number of its newest version; null where a dry run would make the first.</param>
/// <param name="Differences">What differs from the version before.</param>
public sealed record ResourceChange(AssetKind Kind, string Name, ResourceAction Action, int? Version, IReadOnlyList<SpecDifference> Differences);

/// <summary>Whether to do it.</summary>
public enum ApplyMode
{
    /// <summary>Say what would change.</summary>
    DryRun,
    /// <summary>Change it.</summary>
    Apply,
}

/// <summary>A declared resource, bound.</summary>
/// <param name="Version">Its version; the manifest is what was declared.</param>
/// <param name="Spec">The whole spec, filled up from its base where it has one.</param>
public sealed record Resource<TSpec>(AssetVersion Version, TSpec Spec)
{
    /// <summary>The versions that the spec was filled up from, the nearest first; empty for most kinds.</summary>
    public IReadOnlyList<AssetVersion> Bases { get; init; } = [];
}

/// <summary>
/// Declared resources: each is an asset whose versions' manifests are its specs. Applying is idempotent, checks everything before it writes
/// anything, and follows references so that a folder can be applied in any order.
/// </summary>
public interface IResources
{
    /// <summary>Checks all documents together, then applies them in the order of their references.</summary>
    /// <exception cref="InvalidException">
    /// A document is wrong: an unknown kind or key (with line and the nearest known), a missing reference, a cycle. Nothing was written.
    /// </exception>
    Task<IReadOnlyList<ResourceChange>> ApplyAsync(
        Caller caller, IReadOnlyList<ResourceDocument> documents, ApplyMode mode, CancellationToken cancellationToken = default);

    /// <summary>A resource with its spec bound.</summary>
    Task<Resource<TSpec>> GetAsync<TSpec>(Caller caller, AssetRef reference, CancellationToken cancellationToken = default);

    /// <summary>The latest version of every resource of a kind, bound.</summary>
    Task<IReadOnlyList<Resource<TSpec>>> ListAsync<TSpec>(Caller caller, AssetKind kind, CancellationToken cancellationToken = default);

    /// <summary>The kinds that can be declared.</summary>
    IReadOnlyList<IResourceKind> Kinds { get; }
}

/// <summary>A kind of resource that a module contributes; registered with dependency injection. Derive from <see cref="ResourceKind{TSpec}"/>.</summary>
public interface IResourceKind
{
    /// <summary>The kind.</summary>
    AssetKind Kind { get; }

    /// <summary>The record that a spec binds to, strictly: unknown keys are errors.</summary>
    Type SpecType { get; }

    /// <summary>
    /// Whether a spec may name another resource of its kind as its <c>base</c> and say only what is different: members of objects are laid over those of the base,
    /// everything else replaces it. The record needs a member <c>Base</c>, and <see cref="References"/> gives it.
    /// </summary>
    bool Inherits { get; }

    /// <summary>The other resources and assets that this one names.</summary>
    IEnumerable<AssetRef> References(object spec);

    /// <summary>Checks what binding cannot; returns what is wrong by path, empty where nothing is.</summary>
    IReadOnlyDictionary<string, string> Validate(string name, object spec);

    /// <summary>
    /// Called after the resource was applied, whether or not that wrote a version (so applying again heals what failed here), and again at start
    /// for the latest one; must be idempotent.
    /// </summary>
    Task AppliedAsync(Caller caller, AssetVersion version, object spec, CancellationToken cancellationToken);
}

/// <summary>A kind of resource whose specs bind to <typeparamref name="TSpec"/>.</summary>
public abstract class ResourceKind<TSpec>(AssetKind kind) : IResourceKind where TSpec : notnull
{
    /// <inheritdoc/>
    public AssetKind Kind { get; } = kind;

    /// <inheritdoc/>
    public Type SpecType => typeof(TSpec);

    /// <inheritdoc/>
    public virtual bool Inherits => false;

    /// <summary>The other resources and assets that this one names; they must exist or be applied with it.</summary>
    protected virtual IEnumerable<AssetRef> References(TSpec spec) => [];

    /// <summary>What is wrong with the spec, by path.</summary>
    protected virtual IReadOnlyDictionary<string, string> Validate(string name, TSpec spec) => new Dictionary<string, string>();

    /// <summary>Reacts to a new version.</summary>
    protected virtual Task AppliedAsync(Caller caller, AssetVersion version, TSpec spec, CancellationToken cancellationToken) => Task.CompletedTask;

    IEnumerable<AssetRef> IResourceKind.References(object spec) => References((TSpec)spec);

    IReadOnlyDictionary<string, string> IResourceKind.Validate(string name, object spec) => Validate(name, (TSpec)spec);

    Task IResourceKind.AppliedAsync(Caller caller, AssetVersion version, object spec, CancellationToken cancellationToken) =>
        AppliedAsync(caller, version, (TSpec)spec, cancellationToken);
}
