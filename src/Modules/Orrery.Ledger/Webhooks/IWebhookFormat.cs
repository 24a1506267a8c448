namespace Orrery.Ledger.Webhooks;

/// <summary>The body of a delivery.</summary>
/// <param name="Body">What is sent.</param>
/// <param name="ContentType">Its type.</param>
public sealed record WebhookBody(ReadOnlyMemory<byte> Body, string ContentType);

/// <summary>The names of the headers that every delivery has.</summary>
/// <param name="Id">The delivery's id.</param>
/// <param name="Timestamp">When it is sent, in seconds since 1970.</param>
/// <param name="Signature"><c>v1,</c> and HMAC-SHA256 of <c>id.timestamp.body</c> in Base64.</param>
public sealed record WebhookHeaders(string Id, string Timestamp, string Signature);

/// <summary>How a wire tells of events. Registered with dependency injection; a webhook names its format.</summary>
public interface IWebhookFormat
{
    /// <summary>Its name.</summary>
    string Name { get; }

    /// <summary>Its headers.</summary>
    WebhookHeaders Headers { get; }

    /// <summary>The bytes that a secret stands for.</summary>
    byte[] Key(string secret);

    /// <summary>Writes an event; null where this wire has no word for it.</summary>
    Task<WebhookBody?> WriteAsync(RecordedEvent recorded, CancellationToken cancellationToken);

    /// <summary>Writes an example of an event.</summary>
    WebhookBody Example(WebhookSubscription subscription, DateTimeOffset now);
}
