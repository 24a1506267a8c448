using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>
/// Talks to an Orrery server over its native API (<c>/api/v1</c>). Thread-safe; make one and keep it.
/// Refusals come back as the <see cref="OrreryException"/> that the server threw.
/// </summary>
/// <example><code>
/// using var http = new HttpClient(new SocketsHttpHandler());
/// var orrery = new OrreryClient(http, new Uri("http://127.0.0.1:5080"));
/// var champion = await orrery.Assets.GetAsync(AssetRef.Parse("model/flights@champion"));
/// </code></example>
public sealed class OrreryClient
{
    /// <summary>The header that names the workspace, where it is not <c>default</c> and not fixed by the token.</summary>
    public const string WorkspaceHeader = "Orrery-Workspace";

    private readonly HttpClient _http;

    /// <summary>A client of the server at <paramref name="server"/>. The HTTP client stays the caller's.</summary>
    public OrreryClient(HttpClient http, Uri server, string? token = null, string? workspace = null)
    {
        _http = http;
        _http.BaseAddress = server;
        if (token is not null)
            _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (workspace is not null)
            _http.DefaultRequestHeaders.Add(WorkspaceHeader, workspace);
        Assets = new(this);
        Collections = new(this);
        Data = new(this);
        Endpoints = new(this);
        Features = new(this);
        Gates = new(this);
        Traces = new(this);
        Gateway = new(this);
        Lineage = new(this);
        Monitors = new(this);
        Pipelines = new(this);
        Resources = new(this);
        Runs = new(this);
        Studies = new(this);
        Tokens = new(this);
        Webhooks = new(this);
    }

    /// <summary>How the API's JSON is written.</summary>
    public static JsonSerializerOptions Json { get; } = CreateJson();

    /// <summary>Assets, versions, aliases.</summary>
    public AssetsClient Assets { get; }

    /// <summary>Sources and datasets.</summary>
    public DataClient Data { get; }

    /// <summary>Collections of vectors.</summary>
    public CollectionsClient Collections { get; }

    /// <summary>Endpoints and their predictions.</summary>
    public EndpointsClient Endpoints { get; }

    /// <summary>Feature views and services.</summary>
    public FeaturesClient Features { get; }

    /// <summary>Traces.</summary>
    public TracesClient Traces { get; }

    /// <summary>Gates, their reports and approvals.</summary>
    public GatesClient Gates { get; }

    /// <summary>Language models behind routes.</summary>
    public GatewayClient Gateway { get; }

    /// <summary>The lineage graph.</summary>
    public LineageClient Lineage { get; }

    /// <summary>Monitors and alerts.</summary>
    public MonitorsClient Monitors { get; }

    /// <summary>Pipelines and their runs.</summary>
    public PipelinesClient Pipelines { get; }

    /// <summary>Declared resources.</summary>
    public ResourcesClient Resources { get; }

    /// <summary>Runs.</summary>
    public RunsClient Runs { get; }

    /// <summary>Studies and their trials.</summary>
    public StudiesClient Studies { get; }

    /// <summary>API tokens.</summary>
    public TokensClient Tokens { get; }

    /// <summary>Webhooks.</summary>
    public WebhooksClient Webhooks { get; }

    /// <summary>The server's address.</summary>
    public Uri Server => _http.BaseAddress!;

    /// <summary>Sends a request and reads its JSON.</summary>
    public async Task<T> SendAsync<T>(HttpMethod method, string path, HttpContent? content = null, CancellationToken cancellationToken = default)
    {
        using var response = await SendAsync(method, path, content, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadFromJsonAsync<T>(Json, cancellationToken).ConfigureAwait(false)
            ?? throw new OrreryException(ErrorCode.Internal, $"{method} {path} answered null.");
    }

    /// <summary>Sends a request whose answer matters by its success alone, or whose content the caller reads and disposes.</summary>
    /// <exception cref="OrreryException">The server refused, or could not be reached.</exception>
    public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, HttpContent? content, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        HttpResponseMessage response;
        try
        {
            response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException error)
        {
            throw new UnavailableException($"No Orrery server answers at {Server}: {error.Message}. Start one with 'orrery up', or name another with --server.", error);
        }

        if (response.IsSuccessStatusCode)
            return response;
        using (response)
            throw await RefusalAsync(response, cancellationToken).ConfigureAwait(false);
    }

    internal Task<T> GetAsync<T>(string path, CancellationToken cancellationToken) => SendAsync<T>(HttpMethod.Get, path, null, cancellationToken);

    internal Task<T> PostAsync<T>(string path, object body, CancellationToken cancellationToken) =>
        SendAsync<T>(HttpMethod.Post, path, JsonContent.Create(body, body.GetType(), options: Json), cancellationToken);

    internal async Task PostAsync(string path, object body, CancellationToken cancellationToken)
    {
        using var _ = await SendAsync(HttpMethod.Post, path, JsonContent.Create(body, body.GetType(), options: Json), cancellationToken).ConfigureAwait(false);
    }

    private static async Task<OrreryException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        var text = await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
        Problem? problem = null;
        if (response.Content.Headers.ContentType?.MediaType?.EndsWith("json", StringComparison.Ordinal) == true)
        {
            try
            {
                problem = JsonSerializer.Deserialize<Problem>(text, Json);
            }
            catch (JsonException)
            {
                // Not a problem document; the status is all there is to tell.
            }
        }

        var code = (int)response.StatusCode switch
        {
            400 or 413 or 415 or 422 => ErrorCode.Invalid,
            401 => ErrorCode.Unauthenticated,
            403 => ErrorCode.Forbidden,
            404 => ErrorCode.NotFound,
            409 => ErrorCode.Conflict,
            412 => ErrorCode.PreconditionFailed,
            429 => ErrorCode.QuotaExceeded,
            503 => ErrorCode.Unavailable,
            _ => ErrorCode.Internal,
        };
        var detail = problem?.Detail ?? problem?.Refusal ?? problem?.Complaint ?? $"{response.RequestMessage?.Method} {response.RequestMessage?.RequestUri} answered {(int)response.StatusCode} {response.ReasonPhrase}.";
        return code switch
        {
            ErrorCode.Invalid => new InvalidException(detail) { Errors = problem?.Errors ?? [] },
            ErrorCode.NotFound => new NotFoundException(detail),
            ErrorCode.Conflict => new ConflictException(detail),
            ErrorCode.PreconditionFailed => new PreconditionFailedException(detail),
            ErrorCode.QuotaExceeded => new QuotaExceededException(detail),
            ErrorCode.Unavailable => new UnavailableException(detail),
            _ => new OrreryException(code, detail),
        };
    }

    private static JsonSerializerOptions CreateJson()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web)
        {
            DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
            NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals,
        };
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.CamelCase));
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>A problem document (RFC 9457), or the refusal of the wires over which collections and language models are spoken to: <c>{"status":{"error":"…"}}</c>, <c>{"error":{"message":"…"}}</c>.</summary>
    private sealed record Problem(string? Detail, Dictionary<string, string>? Errors, JsonElement Status, JsonElement Error)
    {
        public string? Complaint => Error.ValueKind == JsonValueKind.Object && Error.TryGetProperty("message", out var message) ? message.GetString() : null;

        public string? Refusal => Status.ValueKind == JsonValueKind.Object && Status.TryGetProperty("error", out var error) ? error.GetString() : null;
    }
}
