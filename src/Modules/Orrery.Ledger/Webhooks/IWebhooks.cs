using System.Text.Json.Serialization;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Webhooks;

/// <summary>What a webhook wants to hear of.</summary>
/// <param name="Event">One of <see cref="LedgerEvents"/>, or <see cref="LedgerEvents.All"/>.</param>
/// <param name="Kind">Of assets of this kind; of all where null.</param>
public sealed record WebhookSubscription(string Event, AssetKind? Kind = null);

/// <summary>Whether a webhook hears of events.</summary>
public enum WebhookStatus
{
    /// <summary>It does.</summary>
    Active,
    /// <summary>It does not, until it is made active again.</summary>
    Disabled,
}

/// <summary>A URL that is told of events.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Url">Where events are sent.</param>
/// <param name="Subscriptions">What it hears of.</param>
/// <param name="Format">How bodies are written: <c>cloudevents</c>, or that of another wire.</param>
/// <param name="Status">Whether it hears of events.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="UpdatedAt">When it last changed.</param>
public sealed record Webhook(
    string Id, string Name, string Description, string Url, IReadOnlyList<WebhookSubscription> Subscriptions, string Format, WebhookStatus Status,
    string CreatedBy, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A webhook to make.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Url">Where events are sent.</param>
/// <param name="Subscriptions">What it hears of; at least one.</param>
/// <param name="Description">What it is for.</param>
/// <param name="Secret">The key of the signature; without one nothing is signed.</param>
/// <param name="Status">Whether it hears of events.</param>
public sealed record NewWebhook(
    string Name, string Url, IReadOnlyList<WebhookSubscription> Subscriptions, string Description = "", string? Secret = null, WebhookStatus Status = WebhookStatus.Active)
{
    /// <summary>How bodies are written.</summary>
    [JsonIgnore]
    public string Format { get; init; } = CloudEventsFormat.FormatName;
}

/// <summary>What is to change about a webhook; null leaves it.</summary>
public sealed record WebhookChange(
    string? Name = null, string? Url = null, IReadOnlyList<WebhookSubscription>? Subscriptions = null, string? Description = null, string? Secret = null, WebhookStatus? Status = null);

/// <summary>Where a delivery stands.</summary>
public enum DeliveryState
{
    /// <summary>It is to be sent, for the first time or again.</summary>
    Pending,
    /// <summary>The receiver took it.</summary>
    Delivered,
    /// <summary>It was tried as often as it is, and given up.</summary>
    Failed,
}

/// <summary>One event on its way to one webhook.</summary>
/// <param name="Id">Its id: the receiver sees the same one with every attempt.</param>
/// <param name="Type">The event's type.</param>
/// <param name="State">Where it stands.</param>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="StatusCode">What the receiver answered last.</param>
/// <param name="Error">Why the last attempt failed.</param>
/// <param name="CreatedAt">When the event happened.</param>
/// <param name="FinishedAt">When it was delivered or given up.</param>
public sealed record WebhookDelivery(
    string Id, string Type, DeliveryState State, int Attempts, int? StatusCode, string? Error, DateTimeOffset CreatedAt, DateTimeOffset? FinishedAt);

/// <summary>How an attempt came out.</summary>
/// <param name="Success">Whether the receiver took it: it answered with a status of 200 to 299.</param>
/// <param name="StatusCode">What it answered.</param>
/// <param name="Body">The beginning of what it said.</param>
/// <param name="Error">Why nothing was sent or answered.</param>
public sealed record WebhookAnswer(bool Success, int? StatusCode = null, string? Body = null, string? Error = null);

/// <summary>The webhooks of a workspace. Thread-safe.</summary>
public interface IWebhooks
{
    /// <summary>Makes a webhook.</summary>
    Task<Webhook> CreateAsync(Caller caller, NewWebhook webhook, CancellationToken cancellationToken = default);

    /// <summary>One webhook.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<Webhook> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Webhooks, newest first; of one format, or of all.</summary>
    Task<Page<Webhook>> ListAsync(Caller caller, string? format, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>Changes a webhook.</summary>
    Task<Webhook> UpdateAsync(Caller caller, string id, WebhookChange change, CancellationToken cancellationToken = default);

    /// <summary>Removes a webhook with what it was still to hear.</summary>
    Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Sends an example of an event at once and says how that went.</summary>
    Task<WebhookAnswer> TestAsync(Caller caller, string id, WebhookSubscription? example, CancellationToken cancellationToken = default);

    /// <summary>What was sent, or is to be, newest first.</summary>
    Task<Page<WebhookDelivery>> DeliveriesAsync(Caller caller, string id, PageRequest page, CancellationToken cancellationToken = default);
}
