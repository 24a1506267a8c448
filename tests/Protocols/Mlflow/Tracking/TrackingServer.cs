using System.Net;
using System.Text;
using System.Text.Json;
using Orrery.Platform.Access;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Tracking;

/// <summary>Sends the texts of requests as they are, so that what clients write wrongly can be sent too.</summary>
internal sealed class TrackingServer : IAsyncDisposable
{
    private readonly MlflowServer _server;

    private TrackingServer(MlflowServer server) => _server = server;

    public static async Task<TrackingServer> StartAsync() => new(await MlflowServer.StartAsync());

    /// <summary>A client of some role.</summary>
    public HttpClient ClientOf(Role role)
    {
        var client = new HttpClient(new SocketsHttpHandler()) { BaseAddress = _server.Address };
        client.DefaultRequestHeaders.Add("role", role.ToString());
        return client;
    }

    /// <summary>Posts a body below <c>/api/2.0/mlflow</c>; answers with the status and the JSON.</summary>
    public Task<(HttpStatusCode Status, JsonElement Json)> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, $"/api/2.0/mlflow/{path}", json);

    /// <summary>Gets below <c>/api/2.0/mlflow</c>.</summary>
    public Task<(HttpStatusCode Status, JsonElement Json)> GetAsync(string path) => SendAsync(HttpMethod.Get, $"/api/2.0/mlflow/{path}", null);

    public async Task<(HttpStatusCode Status, JsonElement Json)> SendAsync(HttpMethod method, string path, string? json)
    {
        using var request = new HttpRequestMessage(method, path);
        if (json is not null)
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await _server.Http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return (response.StatusCode, JsonSerializer.Deserialize<JsonElement>(text));
    }

    /// <summary>Posts what must succeed.</summary>
    public async Task<JsonElement> DoAsync(string path, string json)
    {
        var (status, answer) = await PostAsync(path, json);
        Assert.True(status == HttpStatusCode.OK, $"{path}: {status} {answer}");
        return answer;
    }

    /// <summary>Makes a run in the experiment 0.</summary>
    public async Task<string> RunAsync(string fields = "") =>
        (await DoAsync("runs/create", $$"""{"experiment_id": "0"{{fields}}}""")).GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;

    /// <summary>Posts what must be refused.</summary>
    public async Task RefusedAsync(string path, string json, string message, string code = "INVALID_PARAMETER_VALUE", HttpStatusCode status = HttpStatusCode.BadRequest)
    {
        var (found, answer) = await PostAsync(path, json);
        Assert.Equal((status, code), (found, answer.GetProperty("error_code").GetString()));
        Assert.Contains(message, answer.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync() => await _server.DisposeAsync();
}
