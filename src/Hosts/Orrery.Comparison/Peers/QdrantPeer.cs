using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orrery.Comparison.Peers;

/// <summary>Sends a request of Qdrant's wire.</summary>
internal delegate Task<JsonDocument> QdrantSend(HttpMethod method, string path, JsonObject? body, CancellationToken cancellationToken);

/// <summary>Qdrant, and Orrery itself, which speaks the same wire: the one is measured by the very requests of the other.</summary>
internal sealed class QdrantPeer(QdrantSend send, string collection) : IVectorPeer
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly string _path = $"collections/{Uri.EscapeDataString(collection)}";
    private int _ef;

    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        using var root = await send(HttpMethod.Get, "", null, cancellationToken);
        string Text(string name) => root.RootElement.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";
        return Text("title") is { Length: > 0 } title ? $"{title} {Text("version")}" : $"{Text("name")} {Text("version")}".Trim();
    }

    public async Task CreateAsync(int dimension, string distance, ComparisonOptions options, CancellationToken cancellationToken)
    {
        using var _ = await send(
            HttpMethod.Put, _path,
            new()
            {
                ["vectors"] = new JsonObject { ["size"] = dimension, ["distance"] = distance },
                ["hnsw_config"] = new JsonObject { ["m"] = options.M, ["ef_construct"] = options.EfConstruction, ["full_scan_threshold"] = 10 },
                ["optimizers_config"] = new JsonObject { ["indexing_threshold"] = 1 },
            },
            cancellationToken);
    }

    public async Task AddAsync(long first, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken)
    {
        var points = new JsonArray([.. vectors.Select((vector, i) => (JsonNode)new JsonObject { ["id"] = first + i, ["vector"] = Json(vector) })]);
        using var _ = await send(HttpMethod.Put, $"{_path}/points?wait=true", new() { ["points"] = points }, cancellationToken);
    }

    /// <remarks>Green is what a collection is once nothing is left to optimise, twice because it is so for a moment before it begins.</remarks>
    public async Task IndexAsync(CancellationToken cancellationToken)
    {
        for (var green = 0; green < 2; await Task.Delay(Poll, cancellationToken))
        {
            using var answer = await send(HttpMethod.Get, _path, null, cancellationToken);
            green = answer.RootElement.GetProperty("result").GetProperty("status").GetString() == "green" ? green + 1 : 0;
        }
    }

    public Task<(long Bytes, string Are)?> SizeAsync(CancellationToken cancellationToken) => Task.FromResult<(long, string)?>(null);

    public Task SetEfAsync(int ef, CancellationToken cancellationToken)
    {
        _ef = ef;
        return Task.CompletedTask;
    }

    public async Task<IReadOnlyList<long>> SearchAsync(float[] query, int k, CancellationToken cancellationToken)
    {
        using var answer = await send(HttpMethod.Post, $"{_path}/points/query", new() { ["query"] = Json(query), ["limit"] = k, ["params"] = new JsonObject { ["hnsw_ef"] = _ef } }, cancellationToken);
        return [.. answer.RootElement.GetProperty("result").GetProperty("points").EnumerateArray().Select(point => point.GetProperty("id").GetInt64())];
    }

    public async ValueTask DisposeAsync()
    {
        using var _ = await send(HttpMethod.Delete, _path, null, CancellationToken.None);
    }

    internal static JsonArray Json(float[] vector) => JsonSerializer.SerializeToNode(vector)!.AsArray();
}
