using System.Text;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Ledger.Webhooks;

/// <summary>
/// Events as CloudEvents 1.0 in structured JSON, with the headers and signature of Standard Webhooks 1.0, which ready-made verifiers understand.
/// Sources: cloudevents/spec, cloudevents/formats/json-format.md; standard-webhooks/standard-webhooks, spec/standard-webhooks.md.
/// </summary>
internal sealed class CloudEventsFormat : IWebhookFormat
{
    public const string FormatName = "cloudevents";

    private const string SecretPrefix = "whsec_";
    private const string TypePrefix = "dev.orrery.";

    public string Name => FormatName;

    public WebhookHeaders Headers { get; } = new("webhook-id", "webhook-timestamp", "webhook-signature");

    public byte[] Key(string secret)
    {
        if (!secret.StartsWith(SecretPrefix, StringComparison.Ordinal))
            return Encoding.UTF8.GetBytes(secret);
        var key = new byte[secret.Length];
        return Convert.TryFromBase64String(secret[SecretPrefix.Length..], key, out var length) ? key[..length] : Encoding.UTF8.GetBytes(secret);
    }

    public Task<WebhookBody?> WriteAsync(RecordedEvent recorded, CancellationToken cancellationToken) => Task.FromResult<WebhookBody?>(Write(recorded));

    public WebhookBody Example(WebhookSubscription subscription, DateTimeOffset now)
    {
        var type = subscription.Event == LedgerEvents.All ? LedgerEvents.VersionAdded : subscription.Event;
        var happened = new LedgerEvent(type, subscription.Kind ?? AssetKind.Model, "example") { Version = 1, Digest = Digest.Of("example") };
        return Write(new($"example-{now.ToUnixTimeMilliseconds()}", "default", "user:example", now, happened));
    }

    private static WebhookBody Write(RecordedEvent recorded) => new(
        JsonSerializer.SerializeToUtf8Bytes(
            new
            {
                specversion = "1.0",
                id = recorded.Id,
                source = $"/workspaces/{Uri.EscapeDataString(recorded.Workspace)}",
                type = TypePrefix + recorded.Event.Type,
                subject = new AssetRef(recorded.Event.Kind, recorded.Event.Name, recorded.Event.Version).ToString(),
                time = recorded.Time,
                datacontenttype = "application/json",
                data = new { recorded.Workspace, recorded.Actor, recorded.Event },
            },
            LedgerJson.Options),
        "application/cloudevents+json; charset=utf-8");
}
