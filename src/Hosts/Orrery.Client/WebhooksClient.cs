using System.Net.Http.Json;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>What a webhook wants to hear of: an event such as <c>alias.set</c>, or <c>*</c>; of assets of one kind, or of all where null.</summary>
public sealed record WebhookSubscription(string Event, AssetKind? Kind = null);

/// <summary>A URL that is told of events.</summary>
public sealed record Webhook(
    string Id, string Name, string Description, string Url, IReadOnlyList<WebhookSubscription> Subscriptions, string Format,
    [property: Words("active", "disabled")] string Status, string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>One event on its way to one webhook.</summary>
public sealed record WebhookDelivery(
    string Id, string Type, [property: Words("pending", "delivered", "failed")] string State, int Attempts, int? StatusCode, string? Error,
    DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

/// <summary>How an attempt came out.</summary>
public sealed record WebhookAnswer(bool Success, int? StatusCode, string? Body, string? Error);

/// <summary>Webhooks.</summary>
public sealed class WebhooksClient
{
    private const string Root = "/api/v1/webhooks";

    private readonly OrreryClient _client;

    internal WebhooksClient(OrreryClient client) => _client = client;

    /// <summary>The workspace's webhooks, newest first.</summary>
    public Task<Page<Webhook>> ListAsync(string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<Webhook>>(Query.Of(Root, ("cursor", cursor)), cancellationToken);

    /// <summary>Makes a webhook; with a secret its deliveries are signed.</summary>
    public Task<Webhook> CreateAsync(
        string name, Uri url, IReadOnlyList<WebhookSubscription> subscriptions, string? secret = null, string description = "", CancellationToken cancellationToken = default) =>
        _client.PostAsync<Webhook>(Root, new { name, url, subscriptions, secret, description }, cancellationToken);

    /// <summary>Switches a webhook on (<c>active</c>) or off (<c>disabled</c>).</summary>
    public Task<Webhook> SetStatusAsync(string id, string status, CancellationToken cancellationToken = default) =>
        _client.SendAsync<Webhook>(HttpMethod.Patch, Path(id), JsonContent.Create(new { status }, options: OrreryClient.Json), cancellationToken);

    /// <summary>Removes a webhook and what it was still to hear.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellationToken = default)
    {
        using var _ = await _client.SendAsync(HttpMethod.Delete, Path(id), null, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends an example at once and says what the receiver answered.</summary>
    public Task<WebhookAnswer> TestAsync(string id, WebhookSubscription? example = null, CancellationToken cancellationToken = default) =>
        _client.PostAsync<WebhookAnswer>($"{Path(id)}/test", new { example }, cancellationToken);

    /// <summary>What was sent or is to be, newest first.</summary>
    public Task<Page<WebhookDelivery>> DeliveriesAsync(string id, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<WebhookDelivery>>(Query.Of($"{Path(id)}/deliveries", ("cursor", cursor)), cancellationToken);

    private static string Path(string id) => $"{Root}/{Uri.EscapeDataString(id)}";
}
