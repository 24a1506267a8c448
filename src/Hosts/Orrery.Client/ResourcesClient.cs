using System.Text;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>One line of a difference between two specs.</summary>
public sealed record SpecDifference(string Path, string? Before, string? After);

/// <summary>How one document came out.</summary>
public sealed record ResourceChange(
    AssetKind Kind, string Name, [property: Words("created", "updated", "unchanged")] string Action, int? Version, IReadOnlyList<SpecDifference> Differences);

/// <summary>What applying did, or would do.</summary>
public sealed record ApplyResult(bool DryRun, IReadOnlyList<ResourceChange> Changes);

/// <summary>A declared resource.</summary>
public sealed record Resource(string Kind, string Name, string Workspace, int Version, JsonElement Spec, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>Declared resources.</summary>
public sealed class ResourcesClient
{
    private const string YamlType = "application/yaml";
    private readonly OrreryClient _client;

    internal ResourcesClient(OrreryClient client) => _client = client;

    /// <summary>Checks all documents of a YAML text together and applies them.</summary>
    /// <param name="yaml">One or more YAML documents.</param>
    /// <param name="origin">Where they were read, for messages.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<ApplyResult> ApplyAsync(string yaml, string? origin = null, CancellationToken cancellationToken = default) => SendAsync(yaml, origin, dryRun: null, cancellationToken);

    /// <summary>Says what applying would change.</summary>
    public Task<ApplyResult> DryRunAsync(string yaml, string? origin = null, CancellationToken cancellationToken = default) => SendAsync(yaml, origin, dryRun: "true", cancellationToken);

    /// <summary>The resources of a kind, by name.</summary>
    public Task<Page<Resource>> ListAsync(AssetKind kind, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<Resource>>(Query.Of($"/api/v1/resources/{kind}", ("cursor", cursor)), cancellationToken);

    /// <summary>A resource.</summary>
    public Task<Resource> GetAsync(AssetKind kind, string name, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Resource>($"/api/v1/resources/{kind}/{Uri.EscapeDataString(name)}?format=json", cancellationToken);

    /// <summary>A resource as the YAML that <see cref="ApplyAsync"/> takes.</summary>
    public async Task<string> GetYamlAsync(AssetKind kind, string name, CancellationToken cancellationToken = default)
    {
        using var response = await _client.SendAsync(HttpMethod.Get, $"/api/v1/resources/{kind}/{Uri.EscapeDataString(name)}?format=yaml", null, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    private Task<ApplyResult> SendAsync(string yaml, string? origin, string? dryRun, CancellationToken cancellationToken) => _client.SendAsync<ApplyResult>(
        HttpMethod.Post, Query.Of("/api/v1/resources/apply", ("dryRun", dryRun), ("origin", origin)), new StringContent(yaml, Encoding.UTF8, YamlType), cancellationToken);
}
