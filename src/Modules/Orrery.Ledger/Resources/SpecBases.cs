using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Json;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Resources;

/// <summary>A spec filled up from its bases.</summary>
/// <param name="Spec">The whole spec.</param>
/// <param name="Bases">The stored versions that it was filled up from, the nearest first.</param>
/// <param name="Error">Why it could not be; null where it could.</param>
internal sealed record WholeSpec(JsonElement Spec, IReadOnlyList<AssetVersion> Bases, string? Error = null);

/// <summary>
/// Fills a spec up from the resource of its kind that it names as its <c>base</c>: what the spec says is laid over what the base says (<see cref="JsonMerge"/>), and
/// the base may have one itself. Bases are looked up by name whenever the spec is used, so a base that is changed changes what stands on it.
/// </summary>
internal sealed class SpecBases(IAssets assets, MissingReference missing)
{
    private const string Key = "base";
    private const int MaxBases = 16;
    private static readonly Dictionary<AssetRef, JsonElement> Nothing = [];

    /// <summary>The name of the base that a spec says it has; null where it says nothing that could be one.</summary>
    public static string? NameIn(IResourceKind kind, JsonElement spec) =>
        kind.Inherits && spec.ValueKind == JsonValueKind.Object && spec.TryGetProperty(Key, out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;

    /// <summary>The whole spec.</summary>
    /// <param name="caller">Whose workspace.</param>
    /// <param name="kind">The resource's kind.</param>
    /// <param name="resource">The resource, without number.</param>
    /// <param name="spec">What it says itself.</param>
    /// <param name="declared">Specs that are being applied with it, and count before what is stored.</param>
    /// <param name="cancellationToken">Cancels the look-ups.</param>
    public async Task<WholeSpec> FillUpAsync(
        Caller caller, IResourceKind kind, AssetRef resource, JsonElement spec, IReadOnlyDictionary<AssetRef, JsonElement>? declared, CancellationToken cancellationToken)
    {
        var path = new List<AssetRef> { resource };
        var layers = new List<JsonElement> { spec };
        var bases = new List<AssetVersion>();
        while (NameIn(kind, layers[^1]) is { } name)
        {
            if (!AssetRef.IsName(name))
                return new(spec, bases, $"'{name}' cannot be the name of a {kind.Kind}");
            var next = new AssetRef(kind.Kind, name);
            path.Add(next);
            if (path.IndexOf(next) < path.Count - 1)
                return new(spec, bases, $"resources are each other's base in a cycle: {string.Join(" → ", path.SkipWhile(node => node != next))}");
            if (path.Count > MaxBases)
                return new(spec, bases, $"more than {MaxBases} resources stand on each other");
            if ((declared ?? Nothing).TryGetValue(next, out var sent))
                layers.Add(sent);
            else if (await assets.FindAsync(caller, next, cancellationToken) is { } version)
            {
                layers.Add(version.Manifest);
                bases.Add(version);
            }
            else
            {
                var text = await missing.SayAsync(caller, next, (declared ?? Nothing).Keys, cancellationToken);
                return new(spec, bases, path.Count == 2 ? text : $"{path[^2]} has no base: {text}");
            }
        }

        layers.Reverse();
        return new(layers.Aggregate(JsonMerge.Of), bases);
    }

    /// <summary>A stored spec, whole and bound; null where this build does not understand it, or a base is missing.</summary>
    public async Task<object?> BindAsync(Caller caller, IResourceKind kind, AssetVersion version, CancellationToken cancellationToken)
    {
        var whole = await FillUpAsync(caller, kind, new(version.Kind, version.Name), version.Manifest, null, cancellationToken);
        return whole.Error is null ? StrictBinder.Bind(whole.Spec, kind.SpecType, out _) : null;
    }

    /// <summary>A stored spec for use.</summary>
    /// <exception cref="InvalidException">It and its base do not make a whole any more.</exception>
    public async Task<Resource<TSpec>> UseAsync<TSpec>(Caller caller, IResourceKind? kind, AssetVersion version, CancellationToken cancellationToken)
    {
        if (kind is null || NameIn(kind, version.Manifest) is null)
            return new(version, version.Read<TSpec>());
        var whole = await FillUpAsync(caller, kind, new(version.Kind, version.Name), version.Manifest, null, cancellationToken);
        IReadOnlyDictionary<string, string> wrong = new Dictionary<string, string> { [Key] = whole.Error ?? "" };
        if (whole.Error is null && StrictBinder.Bind(whole.Spec, kind.SpecType, out wrong) is { } spec && (wrong = kind.Validate(version.Name, spec)).Count == 0)
            return new(version, (TSpec)spec) { Bases = whole.Bases };
        throw new InvalidException($"{version.Ref} and its base do not fit together any more: {string.Join("; ", wrong.Select(error => $"{error.Key}: {error.Value}"))}. Apply both again.") { Errors = wrong };
    }
}
