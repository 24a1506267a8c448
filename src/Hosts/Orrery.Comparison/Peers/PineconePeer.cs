using System.Globalization;
using System.Text.Json.Nodes;
using Orrery.Import.Vectors;
using Orrery.Kernel;

namespace Orrery.Comparison.Peers;

/// <summary>
/// Pinecone, or its local emulator, over its public API (https://docs.pinecone.io/reference/api, 2025-01): a serverless index of its own. How its indexes are built and how wide they search is not for a client to say.
/// </summary>
/// <param name="open">The server at an address.</param>
/// <param name="place">Of the control plane; <c>?cloud=aws&amp;region=eu-west-1</c> says where the index is to be.</param>
/// <param name="collection">What the index is called.</param>
internal sealed class PineconePeer(Func<Uri, RemoteServer> open, Uri place, string collection) : IVectorPeer
{
    /// <summary>A request holds 2 MB at most.</summary>
    private const int ComponentsAtOnce = 100_000;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(500);

    private readonly RemoteServer _control = open(new Uri(place.GetLeftPart(UriPartial.Path)));
    private RemoteServer? _index;
    private long _added;

    public Task<string> DescribeAsync(CancellationToken cancellationToken) => Task.FromResult(place.IsLoopback ? "Pinecone (local)" : "Pinecone");

    public async Task CreateAsync(int dimension, string distance, ComparisonOptions options, CancellationToken cancellationToken)
    {
        var metric = distance switch { "Cosine" => "cosine", "Dot" => "dotproduct", "Euclid" => "euclidean", _ => throw new InvalidException($"Pinecone has no distance {distance}.") };
        var spec = new JsonObject { ["serverless"] = new JsonObject { ["cloud"] = Setting("cloud") ?? "aws", ["region"] = Setting("region") ?? "us-east-1" } };
        using var made = await _control.PostAsync("indexes", new() { ["name"] = collection, ["dimension"] = dimension, ["metric"] = metric, ["spec"] = spec }, cancellationToken);
        while (true)
        {
            using var index = await _control.GetAsync($"indexes/{collection}", cancellationToken);
            if (index.RootElement.GetProperty("status").GetProperty("ready").GetBoolean())
            {
                var host = index.RootElement.GetProperty("host").GetString()!;
                // The emulator tells its host with the scheme, the service without.
                _index = open(new Uri(host.Contains("://", StringComparison.Ordinal) ? host : $"{place.Scheme}://{host}"));
                return;
            }

            await Task.Delay(Poll, cancellationToken);
        }
    }

    public async Task AddAsync(long first, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken)
    {
        var number = first;
        foreach (var some in vectors.Chunk(Math.Max(1, ComponentsAtOnce / vectors[0].Length)))
        {
            var points = new JsonArray([.. some.Select(vector => (JsonNode)new JsonObject { ["id"] = (number++).ToString(CultureInfo.InvariantCulture), ["values"] = QdrantPeer.Json(vector) })]);
            using var _ = await _index!.PostAsync("vectors/upsert", new() { ["vectors"] = points }, cancellationToken);
        }

        _added += vectors.Count;
    }

    /// <remarks>What is acknowledged is found a while later: when the index counts it.</remarks>
    public async Task IndexAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            using var statistics = await _index!.PostAsync("describe_index_stats", [], cancellationToken);
            if (statistics.RootElement.GetProperty("totalVectorCount").GetInt64() >= _added)
                return;
            await Task.Delay(Poll, cancellationToken);
        }
    }

    public Task<(long Bytes, string Are)?> SizeAsync(CancellationToken cancellationToken) => Task.FromResult<(long, string)?>(null);

    public Task SetEfAsync(int ef, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task<IReadOnlyList<long>> SearchAsync(float[] query, int k, CancellationToken cancellationToken)
    {
        using var answer = await _index!.PostAsync("query", new() { ["vector"] = QdrantPeer.Json(query), ["topK"] = k }, cancellationToken);
        return [.. answer.RootElement.GetProperty("matches").EnumerateArray().Select(match => long.Parse(match.GetProperty("id").GetString()!, CultureInfo.InvariantCulture))];
    }

    public async ValueTask DisposeAsync()
    {
        if (_index is not null)
        {
            using var _ = await _control.SendAsync(HttpMethod.Delete, $"indexes/{collection}", null, CancellationToken.None);
        }
    }

    private string? Setting(string name) => place.Query.TrimStart('?').Split('&').Select(pair => pair.Split('=', 2)).FirstOrDefault(pair => pair.Length == 2 && pair[0] == name)?[1];
}
