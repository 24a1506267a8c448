using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;

namespace Orrery.Import.Vectors;

/// <summary>A server of another system that speaks JSON. Thread-safe.</summary>
/// <param name="http">Stays the caller's.</param>
/// <param name="system">What it is, for messages.</param>
/// <param name="address">Where it is.</param>
/// <param name="key">The header that carries its key, and the key.</param>
public sealed class RemoteServer(HttpClient http, string system, Uri address, (string Header, string Value)? key)
{
    private readonly Uri _root = new(address.AbsoluteUri.EndsWith('/') ? address.AbsoluteUri : address.AbsoluteUri + "/");

    /// <summary>Reads what is at a path.</summary>
    public Task<JsonDocument> GetAsync(string path, CancellationToken cancellationToken) => SendAsync(HttpMethod.Get, path, null, cancellationToken);

    /// <summary>Asks with a body.</summary>
    public Task<JsonDocument> PostAsync(string path, JsonObject body, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, path, body, cancellationToken);

    /// <summary>Sends a request and reads its JSON.</summary>
    /// <exception cref="InvalidException">It refused, or did not answer with JSON.</exception>
    /// <exception cref="UnavailableException">It did not answer.</exception>
    public async Task<JsonDocument> SendAsync(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(_root, path));
        if (body is not null)
            request.Content = JsonContent.Create(body);
        if (key is { } secret)
            request.Headers.TryAddWithoutValidation(secret.Header, secret.Value);
        try
        {
            using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
                throw await RefusedAsync(response, request, cancellationToken);
            // What is removed is answered with nothing by some.
            return response.Content.Headers.ContentLength is 0 || response.StatusCode == HttpStatusCode.NoContent
                ? JsonDocument.Parse("null")
                : await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        }
        catch (JsonException error)
        {
            throw new InvalidException($"{request.RequestUri} did not answer as {system} does: {error.Message}", error);
        }
        catch (Exception error) when (error is HttpRequestException or IOException || (error is TaskCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw new UnavailableException($"The {system} server at {_root} does not answer: {error.Message}", error);
        }
    }

    private async Task<InvalidException> RefusedAsync(HttpResponseMessage response, HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        var hint = response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden ? " Give its key with --api-key." : "";
        return new($"The {system} server at {_root} answered {(int)response.StatusCode} to {request.Method} {request.RequestUri?.AbsolutePath}: {(text.Length > 300 ? text[..300] + "…" : text)}{hint}");
    }
}
