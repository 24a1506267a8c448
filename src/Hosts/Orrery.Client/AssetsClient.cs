using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>A named thing of one kind.</summary>
public sealed record Asset(
    AssetId Id, string Workspace, AssetKind Kind, string Name, int LatestVersion, IReadOnlyDictionary<string, int> Aliases,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>An immutable version of an asset.</summary>
public sealed record AssetVersion(
    VersionId Id, AssetId AssetId, AssetKind Kind, string Name, int Number, Digest Digest, JsonElement Manifest, IReadOnlyDictionary<string, string> Tags, RunId? Run,
    string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>The catalogue of assets.</summary>
public sealed class AssetsClient
{
    private readonly OrreryClient _client;

    internal AssetsClient(OrreryClient client) => _client = client;

    /// <summary>The version that a reference points at.</summary>
    public Task<AssetVersion> GetAsync(AssetRef reference, CancellationToken cancellationToken = default) =>
        _client.GetAsync<AssetVersion>($"{Path(reference.Kind, reference.Name)}/versions/{Selector(reference)}", cancellationToken);

    /// <summary>Assets by name, of one kind or of all.</summary>
    public Task<Page<Asset>> ListAsync(AssetKind? kind = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<Asset>>(Query.Of("/api/v1/assets", ("kind", kind?.ToString()), ("cursor", cursor)), cancellationToken);

    /// <summary>The versions of an asset, newest first.</summary>
    public Task<Page<AssetVersion>> ListVersionsAsync(AssetKind kind, string name, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<AssetVersion>>(Query.Of($"{Path(kind, name)}/versions", ("cursor", cursor)), cancellationToken);

    /// <summary>Points an alias at a version.</summary>
    public async Task SetAliasAsync(AssetKind kind, string name, string alias, int version, CancellationToken cancellationToken = default)
    {
        using var content = System.Net.Http.Json.JsonContent.Create(new { version }, options: OrreryClient.Json);
        using var _ = await _client.SendAsync(HttpMethod.Put, $"{Path(kind, name)}/aliases/{Uri.EscapeDataString(alias)}", content, cancellationToken).ConfigureAwait(false);
    }

    private static string Path(AssetKind kind, string name) => $"/api/v1/assets/{kind}/{Uri.EscapeDataString(name)}";

    private static string Selector(AssetRef reference) => reference.Number?.ToString(System.Globalization.CultureInfo.InvariantCulture)
        ?? (reference.Alias is { } alias ? Uri.EscapeDataString(alias) : "latest");
}
