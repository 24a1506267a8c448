using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Ledger.Resources;

/// <summary>A document whose spec was filled up from its base, bound and checked.</summary>
internal sealed record BoundResource(ResourceDocument Document, IResourceKind Kind, object Spec)
{
    /// <summary>Without number and alias: what other resources refer to.</summary>
    public AssetRef Ref { get; } = new(Document.Kind, Document.Name);

    /// <summary>What it refers to.</summary>
    public IReadOnlyList<AssetRef> References { get; } = [.. Kind.References(Spec)];

    /// <summary>
    /// The spec with all defaults filled in. Two specs are the same when these are: whether a default was written out, or <c>60m</c> instead of
    /// <c>1h</c>, is no change.
    /// </summary>
    public JsonElement Normal { get; } = NormalOf(Spec);

    public static JsonElement NormalOf(object spec) => JsonSerializer.SerializeToElement(spec, spec.GetType(), LedgerJson.Options);
}
