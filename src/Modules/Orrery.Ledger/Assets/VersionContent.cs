using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Json;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Assets;

/// <summary>A new version checked and in canonical form, so that the transaction that adds it does nothing but touch the database.</summary>
/// <param name="Kind">The asset's kind.</param>
/// <param name="Name">The asset's name.</param>
/// <param name="Manifest">The manifest in canonical JSON.</param>
/// <param name="Digest">Its SHA-256.</param>
/// <param name="Run">The run that writes it.</param>
/// <param name="Tags">Free labels.</param>
/// <param name="After">The number that the latest version must have; null where it does not matter.</param>
internal sealed record VersionContent(
    AssetKind Kind, string Name, string Manifest, Digest Digest, RunId? Run, IReadOnlyDictionary<string, string> Tags, int? After = null)
{
    public string Description { get; init; } = "";
    public string? Source { get; init; }
    public string? SourceRun { get; init; }
    public SameContent SameContent { get; init; }
    public VersionId? Origin { get; init; }

    public static VersionContent Of(NewVersion version)
    {
        LedgerNames.Check(version.Name, version.Kind.ToString());
        var tags = version.Tags ?? new Dictionary<string, string>();
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag");
        LedgerNames.CheckText(version.Description, "description");
        LedgerNames.CheckText(version.Source, "source");
        LedgerNames.CheckText(version.SourceRun, "run");
        var manifest = version.Manifest as JsonElement? ?? JsonSerializer.SerializeToElement(version.Manifest, version.Manifest.GetType(), LedgerJson.Options);
        var canonical = CanonicalJson.Write(manifest);
        if (canonical.Length > LedgerNames.MaxManifestBytes)
        {
            throw new QuotaExceededException(
                $"The manifest of {version.Kind}/{version.Name} has {canonical.Length} bytes; at most {LedgerNames.MaxManifestBytes} are kept. Put content into blobs and name their digests.");
        }

        return new(version.Kind, version.Name, Encoding.UTF8.GetString(canonical), Digest.Of(canonical), version.Run, tags, version.After)
        {
            Description = version.Description,
            Source = version.Source,
            SourceRun = version.SourceRun,
            SameContent = version.SameContent,
        };
    }
}
