using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Orrery.Benchmarks.Tracking;

/// <summary>Speaks MLflow's REST to a server, as many requests at once as it has workers, and counts what was answered.</summary>
internal sealed class TrackingClient(Uri server) : IDisposable
{
    private static readonly MediaTypeHeaderValue Json = new("application/json");

    private readonly HttpClient _http = new(new SocketsHttpHandler { PooledConnectionLifetime = TimeSpan.FromHours(1) }) { BaseAddress = new(server, "api/2.0/mlflow/") };

    public async Task<JsonElement> PostAsync(string path, byte[] body, CancellationToken cancellationToken)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = Json;
        using var response = await _http.PostAsync(new Uri(path, UriKind.Relative), content, cancellationToken);
        return await ReadAsync(response, path, cancellationToken);
    }

    public Task<JsonElement> PostAsync(string path, string body, CancellationToken cancellationToken) => PostAsync(path, Encoding.UTF8.GetBytes(body), cancellationToken);

    public async Task<JsonElement> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await _http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
        return await ReadAsync(response, path, cancellationToken);
    }

    public async Task<string> CreateRunAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await PostAsync("runs/create", $$"""{"experiment_id":"0","run_name":"{{name}}","user_id":"ada"}""", cancellationToken);
        return answer.GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;
    }

    /// <summary>Requests a second that <paramref name="send"/> gets through for some time with so many at once; its argument is the worker and a number that grows.</summary>
    public static async Task<double> RateAsync(int workers, TimeSpan time, Func<int, long, Task> send)
    {
        var (began, done) = (Stopwatch.GetTimestamp(), 0L);
        await Task.WhenAll(Enumerable.Range(0, workers).Select(worker => Task.Run(async () =>
        {
            for (var number = 0L; Stopwatch.GetElapsedTime(began) < time; number++)
            {
                await send(worker, number);
                Interlocked.Increment(ref done);
            }
        })));
        return done / Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    public void Dispose() => _http.Dispose();

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response, string path, CancellationToken cancellationToken)
    {
        var bytes = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.StatusCode == HttpStatusCode.OK
            ? JsonSerializer.Deserialize<JsonElement>(bytes)
            : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(bytes)}");
    }
}
