using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>A named thing of one kind.</summary>
public sealed record Asset(
    AssetId Id, string Workspace, AssetKind Kind, string Name, int LatestVersion, IReadOnlyDictionary<string, int> Aliases,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Description, IReadOnlyDictionary<string, string> Tags);

/// <summary>An immutable version of an asset.</summary>
public sealed record AssetVersion(
    VersionId Id, AssetId AssetId, AssetKind Kind, string Name, int Number, Digest Digest, JsonElement Manifest, IReadOnlyDictionary<string, string> Tags, RunId? Run,
    string CreatedBy, DateTimeOffset CreatedAt, string Description, IReadOnlyList<string> Aliases, DateTimeOffset UpdatedAt,
    [property: Words("none", "staging", "production", "archived")] string Stage, string? Source, string? SourceRun, VersionId? Origin, DateTimeOffset? DeletedAt);

/// <summary>One move of an alias; <see cref="From"/> and <see cref="To"/> are version numbers, null where the alias was not there.</summary>
public sealed record AliasMove(
    string Alias, int? From, int? To, [property: Words("set", "rolledBack", "removed")] string Reason, string MovedBy, DateTimeOffset MovedAt);

/// <summary>What a version must have before a protected alias may point at it: the gate's pass, and so many approvals there.</summary>
public sealed record AliasProtection(string Alias, string Gate, int Approvals, string ProtectedBy, DateTimeOffset ProtectedAt);

/// <summary>A signature of an envelope, in DSSE's own spelling: the key's id, and the signature in Base64.</summary>
public sealed record EnvelopeSignature(string Keyid, string Sig);

/// <summary>A signed statement as a DSSE envelope.</summary>
public sealed record SignedEnvelope(string Payload, string PayloadType, IReadOnlyList<EnvelopeSignature> Signatures);

/// <summary>What the server signed about a version; <see cref="Valid"/> says whether its key still verifies it.</summary>
public sealed record VersionSignature(SignedEnvelope Envelope, string SignedBy, DateTimeOffset SignedAt, bool Valid);

/// <summary>A version that another workspace may take a copy of.</summary>
public sealed record VersionOffer(VersionId Version, string From, AssetRef Ref, string To, string OfferedBy, DateTimeOffset OfferedAt);

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

    /// <summary>Points an alias at the version that it pointed at before.</summary>
    public Task<AliasMove> RollBackAliasAsync(AssetKind kind, string name, string alias, CancellationToken cancellationToken = default) =>
        _client.PostAsync<AliasMove>($"{Path(kind, name)}/aliases/{Uri.EscapeDataString(alias)}/rollback", new { }, cancellationToken);

    /// <summary>Removes an alias.</summary>
    public Task DeleteAliasAsync(AssetKind kind, string name, string alias, CancellationToken cancellationToken = default) =>
        DeleteAsync($"{Path(kind, name)}/aliases/{Uri.EscapeDataString(alias)}", cancellationToken);

    /// <summary>Where an asset's aliases pointed, newest first.</summary>
    public Task<Page<AliasMove>> AliasHistoryAsync(AssetKind kind, string name, string? alias = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<AliasMove>>(Query.Of($"{Path(kind, name)}/alias-history", ("alias", alias), ("cursor", cursor)), cancellationToken);

    /// <summary>An asset's protected aliases.</summary>
    public Task<IReadOnlyList<AliasProtection>> ProtectionsAsync(AssetKind kind, string name, CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<AliasProtection>>($"{Path(kind, name)}/protections", cancellationToken);

    /// <summary>From now on the alias points only at versions that the gate let through and so many have approved there.</summary>
    public Task<AliasProtection> ProtectAliasAsync(AssetKind kind, string name, string alias, string gate, int approvals = 0, CancellationToken cancellationToken = default) =>
        _client.SendAsync<AliasProtection>(HttpMethod.Put, $"{Path(kind, name)}/protections/{Uri.EscapeDataString(alias)}", Json(new { gate, approvals }), cancellationToken);

    /// <summary>Takes an alias's protection away.</summary>
    public Task UnprotectAliasAsync(AssetKind kind, string name, string alias, CancellationToken cancellationToken = default) =>
        DeleteAsync($"{Path(kind, name)}/protections/{Uri.EscapeDataString(alias)}", cancellationToken);

    /// <summary>Makes an asset that has no version yet.</summary>
    public Task<Asset> CreateAsync(AssetKind kind, string name, string description = "", CancellationToken cancellationToken = default) =>
        _client.PostAsync<Asset>("/api/v1/assets", new { kind, name, description }, cancellationToken);

    /// <summary>Renames an asset, describes it anew, or both; null leaves it.</summary>
    public Task<Asset> ChangeAsync(AssetKind kind, string name, string? newName = null, string? description = null, CancellationToken cancellationToken = default) =>
        _client.SendAsync<Asset>(HttpMethod.Patch, Path(kind, name), Json(new { name = newName, description }), cancellationToken);

    /// <summary>Sets tags of an asset; null removes one.</summary>
    public Task<Asset> SetTagsAsync(AssetKind kind, string name, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default) =>
        _client.SendAsync<Asset>(HttpMethod.Patch, $"{Path(kind, name)}/tags", Json(new { tags }), cancellationToken);

    /// <summary>Describes a version anew.</summary>
    public Task<AssetVersion> DescribeVersionAsync(AssetRef reference, string description, CancellationToken cancellationToken = default) =>
        _client.SendAsync<AssetVersion>(HttpMethod.Patch, $"{Path(reference.Kind, reference.Name)}/versions/{Selector(reference)}", Json(new { description }), cancellationToken);

    /// <summary>Deletes an asset with its versions; the record of what they were stays.</summary>
    public Task DeleteAsync(AssetKind kind, string name, CancellationToken cancellationToken = default) => DeleteAsync(Path(kind, name), cancellationToken);

    /// <summary>Deletes a version and the aliases that point at it; the record of what it was stays.</summary>
    public Task DeleteVersionAsync(AssetRef reference, CancellationToken cancellationToken = default) =>
        DeleteAsync($"{Path(reference.Kind, reference.Name)}/versions/{Selector(reference)}", cancellationToken);

    /// <summary>Has the server sign what a version is, which gates let it through and who approved it.</summary>
    public Task<VersionSignature> SignAsync(AssetRef reference, CancellationToken cancellationToken = default) =>
        _client.PostAsync<VersionSignature>($"{Path(reference.Kind, reference.Name)}/versions/{Selector(reference)}/signature", new { }, cancellationToken);

    /// <summary>What the server signed about a version, verified.</summary>
    public Task<VersionSignature> SignatureAsync(AssetRef reference, CancellationToken cancellationToken = default) =>
        _client.GetAsync<VersionSignature>($"{Path(reference.Kind, reference.Name)}/versions/{Selector(reference)}/signature", cancellationToken);

    /// <summary>Lets another workspace take a copy of a version.</summary>
    public Task<VersionOffer> OfferAsync(AssetRef version, string workspace, CancellationToken cancellationToken = default) =>
        _client.PostAsync<VersionOffer>("/api/v1/offers", new { version, to = workspace }, cancellationToken);

    /// <summary>Versions that other workspaces offer to this client's.</summary>
    public Task<IReadOnlyList<VersionOffer>> OffersAsync(CancellationToken cancellationToken = default) =>
        _client.GetAsync<IReadOnlyList<VersionOffer>>("/api/v1/offers", cancellationToken);

    /// <summary>Takes a version, named by number, that another workspace offered.</summary>
    public Task<AssetVersion> TakeAsync(string from, AssetRef version, CancellationToken cancellationToken = default) =>
        _client.PostAsync<AssetVersion>("/api/v1/promotions", new { from, version }, cancellationToken);

    private static System.Net.Http.Json.JsonContent Json(object body) => System.Net.Http.Json.JsonContent.Create(body, body.GetType(), options: OrreryClient.Json);

    private async Task DeleteAsync(string path, CancellationToken cancellationToken)
    {
        using var _ = await _client.SendAsync(HttpMethod.Delete, path, null, cancellationToken).ConfigureAwait(false);
    }

    private static string Path(AssetKind kind, string name) => $"/api/v1/assets/{kind}/{Uri.EscapeDataString(name)}";

    private static string Selector(AssetRef reference) => reference.Number?.ToString(System.Globalization.CultureInfo.InvariantCulture)
        ?? (reference.Alias is { } alias ? Uri.EscapeDataString(alias) : "latest");
}
