using System.Globalization;
using System.Text.Json.Nodes;
using Orrery.Import.Vectors;
using Orrery.Kernel;

namespace Orrery.Comparison.Peers;

/// <summary>Chroma 1.0 and later.</summary>
internal sealed class ChromaPeer(RemoteServer server, string collection) : IVectorPeer
{
    private const string Collections = "api/v2/tenants/default_tenant/databases/default_database/collections";

    private string? _id;

    public async Task<string> DescribeAsync(CancellationToken cancellationToken)
    {
        using var version = await server.GetAsync("api/v2/version", cancellationToken);
        return $"Chroma {version.RootElement.GetString()}";
    }

    public async Task CreateAsync(int dimension, string distance, ComparisonOptions options, CancellationToken cancellationToken)
    {
        var space = distance switch { "Cosine" => "cosine", "Dot" => "ip", "Euclid" => "l2", _ => throw new InvalidException($"Chroma has no distance {distance}.") };
        var graph = new JsonObject { ["space"] = space, ["max_neighbors"] = options.M, ["ef_construction"] = options.EfConstruction };
        using var made = await server.PostAsync(Collections, new() { ["name"] = collection, ["configuration"] = new JsonObject { ["hnsw"] = graph } }, cancellationToken);
        _id = made.RootElement.GetProperty("id").GetString();
    }

    public async Task AddAsync(long first, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken)
    {
        var ids = new JsonArray([.. vectors.Select((_, i) => (JsonNode)(first + i).ToString(CultureInfo.InvariantCulture))]);
        var embeddings = new JsonArray([.. vectors.Select(vector => (JsonNode)QdrantPeer.Json(vector))]);
        using var _ = await server.PostAsync($"{Collections}/{_id}/add", new() { ["ids"] = ids, ["embeddings"] = embeddings }, cancellationToken);
    }

    /// <remarks>What stands in Chroma's log is brought into its graph by the next search, which waits for it.</remarks>
    public async Task IndexAsync(CancellationToken cancellationToken)
    {
        using var one = await server.PostAsync($"{Collections}/{_id}/get", new() { ["limit"] = 1, ["include"] = new JsonArray("embeddings") }, cancellationToken);
        await SearchAsync([.. one.RootElement.GetProperty("embeddings")[0].EnumerateArray().Select(component => component.GetSingle())], 1, cancellationToken);
    }

    public Task<(long Bytes, string Are)?> SizeAsync(CancellationToken cancellationToken) => Task.FromResult<(long, string)?>(null);

    public async Task SetEfAsync(int ef, CancellationToken cancellationToken)
    {
        var change = new JsonObject { ["new_configuration"] = new JsonObject { ["hnsw"] = new JsonObject { ["ef_search"] = ef } } };
        using var _ = await server.SendAsync(HttpMethod.Put, $"{Collections}/{_id}", change, cancellationToken);
    }

    public async Task<IReadOnlyList<long>> SearchAsync(float[] query, int k, CancellationToken cancellationToken)
    {
        using var answer = await server.PostAsync($"{Collections}/{_id}/query", new() { ["query_embeddings"] = new JsonArray(QdrantPeer.Json(query)), ["n_results"] = k, ["include"] = new JsonArray("distances") }, cancellationToken);
        return [.. answer.RootElement.GetProperty("ids")[0].EnumerateArray().Select(id => long.Parse(id.GetString()!, CultureInfo.InvariantCulture))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_id is not null)
        {
            using var _ = await server.SendAsync(HttpMethod.Delete, $"{Collections}/{Uri.EscapeDataString(collection)}", null, CancellationToken.None);
        }
    }
}
