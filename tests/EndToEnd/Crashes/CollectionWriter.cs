using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>Points of a collection, over Qdrant's wire: three are added in each write, and one that an earlier write added is removed.</summary>
internal sealed class CollectionWriter : IWriter
{
    private const int Batch = 3;
    private readonly HashSet<int> _acknowledged = [];
    private readonly HashSet<int> _unsure = [];
    private readonly HashSet<int> _removed = [];
    private int _next;

    public Task PrepareAsync(Server server) => SendAsync(server, HttpMethod.Put, "collections/crashes", """{"vectors":{"size":4,"distance":"Dot"}}""");

    public async Task WriteAsync(Server server)
    {
        var ids = Enumerable.Range(_next, Batch).ToArray();
        _next += Batch;
        _unsure.UnionWith(ids);
        var points = ids.Select(id => new { id, vector = Vector(id), payload = new { number = id } });
        // Whether the client says that it waits or not, what is answered is on disk.
        await SendAsync(server, HttpMethod.Put, $"collections/crashes/points?wait={(_next % 2 == 0 ? "true" : "false")}", JsonSerializer.Serialize(new { points }));
        _unsure.ExceptWith(ids);
        _acknowledged.UnionWith(ids);

        var gone = ids[0] / 2 / Batch * Batch + 1;
        if (!_acknowledged.Remove(gone))
            return;
        _unsure.Add(gone);
        await SendAsync(server, HttpMethod.Post, "collections/crashes/points/delete?wait=true", JsonSerializer.Serialize(new { points = new[] { gone } }));
        _unsure.Remove(gone);
        _removed.Add(gone);
    }

    public Task CheckAsync(Server server) => CheckAllAsync(server);

    public async Task CheckAllAsync(Server server)
    {
        var found = new HashSet<int>();
        for (JsonNode? from = null; ;)
        {
            var body = new JsonObject { ["limit"] = 500, ["with_vector"] = true, ["offset"] = from?.DeepClone() };
            var page = await SendAsync(server, HttpMethod.Post, "collections/crashes/points/scroll", body.ToJsonString());
            foreach (var point in page["points"]!.AsArray())
            {
                var id = point!["id"]!.GetValue<int>();
                Assert.True(found.Add(id), $"Point {id} is there twice.");
                Assert.Equal(id, point["payload"]!["number"]!.GetValue<int>());
                Assert.Equal(Vector(id), point["vector"]!.AsArray().Select(value => value!.GetValue<float>()));
            }

            if ((from = page["next_page_offset"]) is null)
                break;
        }

        Acknowledged.IsThere("points", _acknowledged, found);
        Assert.Empty(found.Intersect(_removed));
        Assert.Empty(found.Except(_acknowledged).Except(_unsure));
        // Each is found by its own vector too.
        foreach (var id in _acknowledged.TakeLast(5))
        {
            var nearest = await SendAsync(server, HttpMethod.Post, "collections/crashes/points/query", JsonSerializer.Serialize(new { query = Vector(id), limit = 1, filter = new { must = new[] { new { key = "number", match = new { value = id } } } } }));
            Assert.Equal(id, nearest["points"]![0]!["id"]!.GetValue<int>());
        }
    }

    private static float[] Vector(int id) => [id, 1, id % 7, -1];

    private static async Task<JsonNode> SendAsync(Server server, HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
        using var response = await server.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!["result"]!;
    }
}
