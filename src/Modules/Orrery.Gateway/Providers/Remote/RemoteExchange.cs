using System.Net;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.Options;
using Microsoft.Security.AntiSSRF;
using Orrery.Gateway.Routes;

namespace Orrery.Gateway.Providers.Remote;

/// <summary>A request as it goes over the wire.</summary>
/// <param name="Url">Where to.</param>
/// <param name="Body">What.</param>
/// <param name="KeyHeader">The header that carries the key; before it stands <paramref name="KeyPrefix"/>.</param>
/// <param name="KeyPrefix">As <c>Bearer </c>.</param>
/// <param name="Wire">What is spoken, in the words of a complaint.</param>
internal sealed record RemoteMessage(Uri Url, JsonObject Body, string KeyHeader, string KeyPrefix, string Wire)
{
    /// <summary>Further headers.</summary>
    public IReadOnlyDictionary<string, string> Headers { get; init; } = new Dictionary<string, string>();

    /// <summary>Whether a part of a stream is its last; <c>[DONE]</c> is in any case.</summary>
    public Func<JsonObject, bool> IsLast { get; init; } = _ => false;
}

/// <summary>Sends to a provider and reads what it answers, whole or as server-sent events. Whatever goes wrong on the way becomes a <see cref="ProviderFault"/>.</summary>
internal sealed class RemoteExchange(ProviderHttp http, IOptions<GatewayOptions> options, TimeProvider time)
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromMinutes(1);

    /// <summary>An error page of megabytes tells no more than its beginning.</summary>
    private const int MaxErrorBytes = 64 << 10;

    public async Task<JsonObject> AskAsync(TargetSpec target, RemoteMessage message, CancellationToken cancellationToken)
    {
        using var patience = new Patience(target.Timeout ?? DefaultTimeout, time, cancellationToken);
        using var response = await SendAsync(target, message, patience, cancellationToken);
        var body = await Guarded(() => ReadAsync(response, options.Value.MaxReplyBytes, patience), target, patience, cancellationToken);
        return Parse(body, target) is { } answer ? answer : throw Nonsense(target, message, body);
    }

    public async IAsyncEnumerable<JsonObject> StreamAsync(TargetSpec target, RemoteMessage message, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var patience = new Patience(target.Timeout ?? DefaultTimeout, time, cancellationToken);
        using var response = await SendAsync(target, message, patience, cancellationToken);
        if (response.Content.Headers.ContentType?.MediaType != "text/event-stream")
            throw Nonsense(target, message, await Guarded(() => ReadAsync(response, MaxErrorBytes, patience), target, patience, cancellationToken));
        await using var stream = new BoundedStream(await response.Content.ReadAsStreamAsync(patience.Token), options.Value.MaxReplyBytes);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (true)
        {
            var line = await Guarded(async () => await reader.ReadLineAsync(patience.Token), target, patience, cancellationToken)
                ?? throw new ProviderFault(FaultKind.Passing, $"{Name(target)} broke off amid its answer.");
            patience.Renew();
            if (!line.StartsWith("data:", StringComparison.Ordinal))
                continue;
            var data = line[5..].Trim();
            if (data == "[DONE]")
                yield break;
            var part = Parse(data, target) ?? throw Nonsense(target, message, data);
            yield return part;
            if (message.IsLast(part))
                yield break;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(TargetSpec target, RemoteMessage message, Patience patience, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, message.Url) { Content = new StringContent(message.Body.ToJsonString(), Encoding.UTF8, "application/json") };
        if (target.Key is { } name && options.Value.Keys.TryGetValue(name, out var key) && string.Equals(key.Host, message.Url.Host, StringComparison.OrdinalIgnoreCase))
            request.Headers.TryAddWithoutValidation(message.KeyHeader, message.KeyPrefix + key.Value);
        foreach (var (header, value) in message.Headers)
            request.Headers.TryAddWithoutValidation(header, value);
        var response = await Guarded(() => http.For(message.Url).SendAsync(request, HttpCompletionOption.ResponseHeadersRead, patience.Token), target, patience, cancellationToken);
        patience.Renew();
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw Refusal(target, response.StatusCode, await Guarded(() => ReadAsync(response, MaxErrorBytes, patience), target, patience, cancellationToken));
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, int mostBytes, Patience patience)
    {
        await using var stream = new BoundedStream(await response.Content.ReadAsStreamAsync(patience.Token), mostBytes);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(patience.Token);
    }

    /// <summary>Turns everything that goes wrong on the way into a fault; the caller's own cancellation stays what it is.</summary>
    private static async Task<T> Guarded<T>(Func<Task<T>> work, TargetSpec target, Patience patience, CancellationToken cancellationToken)
    {
        try
        {
            return await work();
        }
        catch (OperationCanceledException) when (patience.IsOver && !cancellationToken.IsCancellationRequested)
        {
            throw new ProviderFault(FaultKind.Passing, $"{Name(target)} was silent for too long.");
        }
        catch (Exception exception) when (exception is AntiSSRFException || exception.InnerException is AntiSSRFException)
        {
            throw new ProviderFault(FaultKind.Lasting, $"{Name(target)} is not at a public address; the server's Gateway:PrivateHosts allows others.", exception);
        }
        catch (Exception exception) when (exception is HttpRequestException or IOException)
        {
            throw new ProviderFault(FaultKind.Passing, $"{Name(target)} cannot be reached or broke off.", exception);
        }
    }

    private static JsonObject? Parse(string text, TargetSpec target)
    {
        try
        {
            var answer = JsonNode.Parse(text) as JsonObject;
            // OpenAI's answers of the Responses kind have an "error" that is null.
            return answer?["error"] is JsonObject error ? throw new ProviderFault(FaultKind.Passing, $"{Name(target)} failed: {Message(error)}") : answer;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static ProviderFault Refusal(TargetSpec target, HttpStatusCode status, string body)
    {
        string? message = null;
        try
        {
            message = (JsonNode.Parse(body) as JsonObject)?["error"] switch { JsonObject error => Message(error), JsonValue text => text.ToString(), _ => null };
        }
        catch (JsonException)
        {
            // An error page of a proxy; its status says enough.
        }

        var kind = status switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableEntity or HttpStatusCode.RequestEntityTooLarge => FaultKind.Refused,
            HttpStatusCode.TooManyRequests => FaultKind.Limited,
            >= HttpStatusCode.InternalServerError or HttpStatusCode.RequestTimeout or HttpStatusCode.Conflict => FaultKind.Passing,
            _ => FaultKind.Lasting,
        };
        return new ProviderFault(kind, kind == FaultKind.Refused && message is not null ? message : $"{Name(target)} answered {(int)status}{(message is null ? "" : $": {message}")}.");
    }

    private static string Message(JsonObject error) => error["message"]?.ToString() is { Length: > 0 } message ? message[..Math.Min(500, message.Length)] : "no reason given";

    private static ProviderFault Nonsense(TargetSpec target, RemoteMessage message, string body) =>
        new(FaultKind.Passing, $"{Name(target)} answered something that is not {message.Wire}: {(body.TrimStart().StartsWith('<') ? "a web page" : "no JSON object")}.");

    private static string Name(TargetSpec target) => $"The provider of '{target.Model}'";
}
