using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Import.Vectors;
using Orrery.Kernel;

namespace Orrery.Comparison.Peers;

/// <summary>Weaviate, over its REST and GraphQL (https://docs.weaviate.io/weaviate/api/rest). A point's number is the end of its UUID.</summary>
internal sealed class WeaviatePeer : IVectorPeer
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly RemoteServer _server;
    private readonly string _class;
    private bool _made;

    public WeaviatePeer(RemoteServer server, string collection)
    {
        _server = server;
        // A class begins with a capital letter, and has no dashes.
        _class = string.Create(CultureInfo.InvariantCulture, $"{char.ToUpperInvariant(collection[0])}{collection[1..].Replace("-", "", StringComparison.Ordinal)}");
    }

    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        using var meta = await _server.GetAsync("v1/meta", cancellationToken);
        return $"Weaviate {meta.RootElement.GetProperty("version").GetString()}";
    }

    public async Task CreateAsync(int dimension, string distance, ComparisonOptions options, CancellationToken cancellationToken)
    {
        var graph = new JsonObject
        {
            ["distance"] = distance switch { "Cosine" => "cosine", "Dot" => "dot", "Euclid" => "l2-squared", _ => "manhattan" },
            ["maxConnections"] = options.M,
            ["efConstruction"] = options.EfConstruction,
        };
        using var _ = await _server.PostAsync("v1/schema", new() { ["class"] = _class, ["vectorizer"] = "none", ["vectorIndexType"] = "hnsw", ["vectorIndexConfig"] = graph }, cancellationToken);
        _made = true;
    }

    public async Task AddAsync(long first, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken)
    {
        var objects = new JsonArray([.. vectors.Select((vector, i) => (JsonNode)new JsonObject { ["class"] = _class, ["id"] = Uuid(first + i), ["vector"] = QdrantPeer.Json(vector) })]);
        using var answer = await _server.PostAsync("v1/batch/objects", new() { ["objects"] = objects }, cancellationToken);
        // The request succeeds where objects of it fail.
        var failed = answer.RootElement.EnumerateArray().Select(one => one.GetProperty("result")).FirstOrDefault(result => result.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Object);
        if (failed.ValueKind == JsonValueKind.Object)
            throw new InvalidException($"Weaviate refused a point: {failed.GetProperty("errors").GetRawText()}");
    }

    /// <remarks>Where it indexes in the background, its nodes say how many vectors wait.</remarks>
    public async Task IndexAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var nodes = await _server.GetAsync($"v1/nodes/{_class}?output=verbose", cancellationToken);
            var waiting = nodes.RootElement.GetProperty("nodes").EnumerateArray()
                .SelectMany(node => node.TryGetProperty("shards", out var shards) && shards.ValueKind == JsonValueKind.Array ? shards.EnumerateArray().ToArray() : [])
                .Sum(shard => shard.TryGetProperty("vectorQueueLength", out var length) ? length.GetInt64() : 0);
            if (waiting == 0)
                return;
            await Task.Delay(Poll, cancellationToken);
        }
    }

    public Task<(long Bytes, string Are)?> SizeAsync(CancellationToken cancellationToken) => Task.FromResult<(long, string)?>(null);

    /// <remarks>A class is changed as a whole.</remarks>
    public async Task SetEfAsync(int ef, CancellationToken cancellationToken)
    {
        using var current = await _server.GetAsync($"v1/schema/{_class}", cancellationToken);
        var changed = JsonObject.Create(current.RootElement.Clone())!;
        changed["vectorIndexConfig"]!["ef"] = ef;
        using var _ = await _server.SendAsync(HttpMethod.Put, $"v1/schema/{_class}", changed, cancellationToken);
    }

    public async Task<IReadOnlyList<long>> SearchAsync(float[] query, int k, CancellationToken cancellationToken)
    {
        var text = string.Create(CultureInfo.InvariantCulture, $"{{Get{{{_class}(limit:{k},nearVector:{{vector:{QdrantPeer.Json(query).ToJsonString()}}}){{_additional{{id}}}}}}}}");
        using var answer = await _server.PostAsync("v1/graphql", new() { ["query"] = text }, cancellationToken);
        if (answer.RootElement.TryGetProperty("errors", out var errors) && errors.ValueKind == JsonValueKind.Array && errors.GetArrayLength() > 0)
            throw new InvalidException($"Weaviate refused a search: {errors.GetRawText()}");
        return [.. answer.RootElement.GetProperty("data").GetProperty("Get").GetProperty(_class).EnumerateArray().Select(found => Number(found.GetProperty("_additional").GetProperty("id").GetString()!))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_made)
        {
            using var _ = await _server.SendAsync(HttpMethod.Delete, $"v1/schema/{_class}", null, CancellationToken.None);
        }
    }

    private static string Uuid(long number) => string.Create(CultureInfo.InvariantCulture, $"00000000-0000-0000-0000-{number:x12}");

    private static long Number(string uuid) => long.Parse(uuid[^12..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
