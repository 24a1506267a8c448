using Orrery.Kernel;

namespace Orrery.Ledger.Resources;

/// <summary>The kinds that modules have contributed.</summary>
internal sealed class ResourceKinds
{
    private readonly Dictionary<AssetKind, IResourceKind> _kinds;

    public ResourceKinds(IEnumerable<IResourceKind> kinds)
    {
        All = [.. kinds.OrderBy(kind => kind.Kind.ToString(), StringComparer.Ordinal)];
        _kinds = All.ToDictionary(kind => kind.Kind);
    }

    public IReadOnlyList<IResourceKind> All { get; }

    public IResourceKind? Find(AssetKind kind) => _kinds.GetValueOrDefault(kind);

    public IResourceKind Get(AssetKind kind) => Find(kind) ?? throw new InvalidException($"{Capital(Unknown(kind))}.");

    public string Unknown(AssetKind kind)
    {
        var names = All.Select(known => known.Kind.ToPascalCase()).ToList();
        return NearestName.Of(kind.ToPascalCase(), names) is { } nearest
            ? $"unknown kind '{kind.ToPascalCase()}'; did you mean '{nearest}'?"
            : $"unknown kind '{kind.ToPascalCase()}'; known: {string.Join(", ", names)}";
    }

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
