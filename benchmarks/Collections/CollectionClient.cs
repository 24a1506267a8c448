using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Orrery.Benchmarks.Vectors;

namespace Orrery.Benchmarks.Collections;

/// <summary>Speaks Qdrant's REST to a server.</summary>
internal sealed class CollectionClient(Uri server) : IDisposable
{
    private const int PointsOfBody = 1_000;
    private const int Connections = 4;

    private static readonly TimeSpan PollEvery = TimeSpan.FromMilliseconds(200);

    private readonly HttpClient _http = new(new SocketsHttpHandler()) { BaseAddress = new(server, "collections/"), Timeout = TimeSpan.FromMinutes(5) };

    /// <summary>A point's place among a thousand parts of equal size, by which searches are filtered.</summary>
    public static int Part(int id) => (int)((uint)(id * 2_654_435_761u) >> 16) % 1_000;

    /// <summary>The first points of a set, a thousand a body; each with its part as payload.</summary>
    public static List<byte[]> Bodies(VectorSet set, int count) => [.. Enumerable.Range(0, count).Chunk(PointsOfBody).Select(ids =>
    {
        var text = new StringBuilder("{\"points\":[");
        foreach (var id in ids)
            text.Append(id == ids[0] ? "" : ",").Append(CultureInfo.InvariantCulture, $"{{\"id\":{id},\"vector\":").Append(Numbers(set.Point(id))).Append(CultureInfo.InvariantCulture, $",\"payload\":{{\"part\":{Part(id)}}}}}");
        return Encoding.UTF8.GetBytes(text.Append("]}").ToString());
    })];

    public static string Query(ReadOnlySpan<float> vector, int limit, int ef) =>
        string.Create(CultureInfo.InvariantCulture, $"{{\"query\":{Numbers(vector)},\"limit\":{limit},\"params\":{{\"hnsw_ef\":{ef}}}}}");

    public Task CreateAsync(string name, int size, CancellationToken cancellationToken) => SendAsync(HttpMethod.Put, name,
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $$$"""{"vectors":{"size":{{{size}}},"distance":"Cosine"},"hnsw_config":{"m":16,"ef_construct":200}}""")), cancellationToken);

    public Task DeleteAsync(string name, CancellationToken cancellationToken) => SendAsync(HttpMethod.Delete, name, null, cancellationToken);

    /// <summary>Stores all, over a few connections at once; each body is durable when it is answered.</summary>
    public Task UpsertAsync(string name, IReadOnlyList<byte[]> bodies, CancellationToken cancellationToken) => Parallel.ForEachAsync(
        bodies, new ParallelOptions { MaxDegreeOfParallelism = Connections, CancellationToken = cancellationToken },
        async (body, token) => await SendAsync(HttpMethod.Put, name + "/points?wait=true", body, token));

    public Task QueryAsync(string name, string query, CancellationToken cancellationToken) => SendAsync(HttpMethod.Post, name + "/points/query", Encoding.UTF8.GetBytes(query), cancellationToken);

    /// <summary>Waits until all points are in the graph and the view was saved.</summary>
    public async Task IndexedAsync(string name, int count, string folder, CancellationToken cancellationToken)
    {
        while (true)
        {
            var result = (await SendAsync(HttpMethod.Get, name, null, cancellationToken)).GetProperty("result");
            var isSaved = count < 20_000 || Directory.GetFiles(folder, "view.points", SearchOption.AllDirectories).Length > 0;
            if (result.GetProperty("indexed_vectors_count").GetInt64() == count && result.GetProperty("status").GetString() == "green" && isSaved)
                return;
            await Task.Delay(PollEvery, TimeProvider.System, cancellationToken);
        }
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonElement> SendAsync(HttpMethod method, string path, byte[]? body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        }

        using var response = await _http.SendAsync(request, cancellationToken);
        var answer = await response.Content.ReadAsByteArrayAsync(cancellationToken);
        return response.IsSuccessStatusCode
            ? JsonSerializer.Deserialize<JsonElement>(answer)
            : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {Encoding.UTF8.GetString(answer)}");
    }

    private static StringBuilder Numbers(ReadOnlySpan<float> values)
    {
        var text = new StringBuilder("[");
        for (var i = 0; i < values.Length; i++)
            text.Append(i == 0 ? "" : ",").Append(CultureInfo.InvariantCulture, $"{values[i]}");
        return text.Append(']');
    }
}
