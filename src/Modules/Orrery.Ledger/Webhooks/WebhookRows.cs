using System.Text.Json;
using LinqToDB.Mapping;
using Orrery.Kernel;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Webhooks;

[Table("webhooks")]
internal sealed record WebhookRow
{
    [PrimaryKey, Column("id")] public string Id { get; init; } = "";
    [Column("workspace")] public string Workspace { get; init; } = "";
    [Column("name")] public string Name { get; init; } = "";
    [Column("description")] public string Description { get; init; } = "";
    [Column("url")] public string Url { get; init; } = "";
    [Column("format")] public string Format { get; init; } = "";

    /// <summary>The secret, enciphered; null where nothing is signed.</summary>
    [Column("secret")] public string? Secret { get; init; }

    [Column("active")] public bool Active { get; init; }
    [Column("created_by")] public string CreatedBy { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("updated_at")] public long UpdatedAt { get; init; }

    public Webhook ToWebhook(IEnumerable<SubscriptionRow> subscriptions) => new(
        Id, Name, Description, Url, [.. subscriptions.Select(row => row.ToSubscription())], Format, Active ? WebhookStatus.Active : WebhookStatus.Disabled,
        CreatedBy, Instant.FromColumn(CreatedAt), Instant.FromColumn(UpdatedAt));
}

[Table("webhook_subscriptions")]
internal sealed record SubscriptionRow
{
    [PrimaryKey(1), Column("webhook_id")] public string WebhookId { get; init; } = "";
    [PrimaryKey(2), Column("position")] public int Position { get; init; }
    [Column("event")] public string Event { get; init; } = "";

    /// <summary>Empty for assets of every kind.</summary>
    [Column("kind")] public string Kind { get; init; } = "";

    public WebhookSubscription ToSubscription() => new(Event, Kind.Length == 0 ? null : AssetKind.Parse(Kind));
}

[Table("webhook_deliveries")]
internal sealed record DeliveryRow
{
    public const string Pending = "pending";
    public const string Queued = "queued";
    public const string Delivered = "delivered";
    public const string Failed = "failed";

    [PrimaryKey, Column("id")] public string Id { get; init; } = "";
    [Column("webhook_id")] public string WebhookId { get; init; } = "";
    [Column("type")] public string Type { get; init; } = "";
    [Column("event")] public string Event { get; init; } = "";
    [Column("state")] public string State { get; init; } = "";
    [Column("attempts")] public int Attempts { get; init; }
    [Column("status_code")] public int? StatusCode { get; init; }
    [Column("error")] public string? Error { get; init; }
    [Column("created_at")] public long CreatedAt { get; init; }
    [Column("finished_at")] public long? FinishedAt { get; init; }

    public RecordedEvent ToEvent() => JsonSerializer.Deserialize<RecordedEvent>(Event, LedgerJson.Options)!;

    public WebhookDelivery ToDelivery() => new(
        Id, Type, State switch { Delivered => DeliveryState.Delivered, Failed => DeliveryState.Failed, _ => DeliveryState.Pending }, Attempts, StatusCode, Error,
        Instant.FromColumn(CreatedAt), FinishedAt is { } end ? Instant.FromColumn(end) : null);
}
