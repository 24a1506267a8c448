using Orrery.Kernel;

namespace Orrery.Ledger.Resources;

/// <summary>The kinds that modules have contributed.</summary>
/// <remarks>Asked for late: a kind may need what needs the resources, and so this, to be made.</remarks>
internal sealed class ResourceKinds(Lazy<IEnumerable<IResourceKind>> kinds)
{
    private readonly Lazy<Dictionary<AssetKind, IResourceKind>> _kinds = new(() => kinds.Value.ToDictionary(kind => kind.Kind));

    public IReadOnlyList<IResourceKind> All => [.. _kinds.Value.Values.OrderBy(kind => kind.Kind.ToString(), StringComparer.Ordinal)];

    public IResourceKind? Find(AssetKind kind) => _kinds.Value.GetValueOrDefault(kind);

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
