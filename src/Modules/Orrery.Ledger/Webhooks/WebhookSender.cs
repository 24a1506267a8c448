using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Security.AntiSSRF;
using Orrery.Kernel;
using Orrery.Ledger.Keys;

namespace Orrery.Ledger.Webhooks;

/// <summary>Signs and sends one body to one webhook.</summary>
internal sealed class WebhookSender(IEnumerable<IWebhookFormat> formats, WebhookHttp http, ServerKeys keys, TimeProvider clock)
{
    private const int MaxAnswer = 4096; // characters of the receiver's answer that are shown

    /// <summary>Sends an event; null where the webhook's format has no word for it.</summary>
    public async Task<WebhookAnswer?> SendAsync(WebhookRow webhook, string delivery, RecordedEvent recorded, CancellationToken cancellationToken)
    {
        var format = Format(webhook);
        return await format.WriteAsync(recorded, cancellationToken) is { } body ? await SendAsync(webhook, format, delivery, body, cancellationToken) : null;
    }

    public Task<WebhookAnswer> TestAsync(WebhookRow webhook, WebhookSubscription subscription, CancellationToken cancellationToken)
    {
        var (format, now) = (Format(webhook), clock.GetUtcNow());
        return SendAsync(webhook, format, Guid.CreateVersion7(now).ToString("N"), format.Example(subscription, now), cancellationToken);
    }

    private async Task<WebhookAnswer> SendAsync(WebhookRow webhook, IWebhookFormat format, string delivery, WebhookBody body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, webhook.Url) { Content = new ReadOnlyMemoryContent(body.Body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(body.ContentType);
        var sent = clock.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        request.Headers.Add(format.Headers.Id, delivery);
        request.Headers.Add(format.Headers.Timestamp, sent);
        if (webhook.Secret is { } enciphered)
            request.Headers.Add(format.Headers.Signature, Signature(format.Key(keys.Decipher(enciphered, webhook.Id)), $"{delivery}.{sent}.", body.Body.Span));
        try
        {
            using var response = await http.Client.SendAsync(request, cancellationToken);
            var text = await response.Content.ReadAsStringAsync(cancellationToken);
            return new(response.IsSuccessStatusCode, (int)response.StatusCode, text.Length > MaxAnswer ? text[..MaxAnswer] : text);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested && Reason(error) is { } reason)
        {
            return new(false, Error: reason);
        }
    }

    private IWebhookFormat Format(WebhookRow webhook) => formats.FirstOrDefault(format => format.Name == webhook.Format)
        ?? throw new PreconditionFailedException($"This server does not know the format '{webhook.Format}' of the webhook {webhook.Id}.");

    private static string Signature(byte[] key, string head, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hmac.AppendData(Encoding.UTF8.GetBytes(head));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }

    // What the network or the receiver does is an answer; anything else is a fault of ours.
    private static string? Reason(Exception error) => error switch
    {
        AntiSSRFException => "The address is not a public one; Ledger:Webhooks:AllowPrivateAddresses=true allows others.",
        HttpRequestException { InnerException: AntiSSRFException } => "The address is not a public one; Ledger:Webhooks:AllowPrivateAddresses=true allows others.",
        HttpRequestException http => http.Message,
        TaskCanceledException => "The receiver did not answer in time.",
        _ => null,
    };
}
