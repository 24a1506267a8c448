using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>
/// A server that dies by SIGKILL while clients store and remove points of a collection with two shards, its graphs growing and its views being saved: every acknowledged point is there, none
/// that was removed, each as it was stored, and the graphs find as much as they did.
/// </summary>
public sealed class VectorKillTests(ITestOutputHelper output)
{
    private const int Writers = 4;
    private const int Batch = 100;
    private const int Size = 8;
    private const int First = 42_000; // Enough in each shard for its view to be saved.
    private const double LeastRecall = 0.95;

    private readonly ConcurrentDictionary<int, bool> _acknowledged = new();
    private readonly ConcurrentDictionary<int, bool> _unsure = new();
    private readonly ConcurrentDictionary<int, bool> _removed = new();
    private int _next;

    [Fact]
    public async Task Every_acknowledged_point_is_there_no_removed_one_is_and_the_graphs_find_as_much()
    {
        var kills = Setting("ORRERY_VECTOR_KILLS") ?? 4;
        var seed = Setting("ORRERY_KILL_SEED") ?? RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"ORRERY_KILL_SEED={seed}");
        var random = new Random(seed);
        using var folder = new TempFolder();
        await TestDatabase.MakeForServersAsync(folder.File(Server.DataFolder));
        for (var life = 0; life <= kills; life++)
        {
            await using var server = await Server.StartAsync(folder, life);
            if (life == 0)
                await FillAsync(server);
            else
                await CheckAsync(server, life);
            if (life < kills)
                await KillWhileWritingAsync(server, random.Next(1, 40), TimeSpan.FromMilliseconds(random.Next(30)));
        }

        output.WriteLine($"{_acknowledged.Count} points, {_removed.Count} removed, {_unsure.Count} without an answer, {kills} kills");
    }

    private async Task FillAsync(Server server)
    {
        await SendAsync(server, HttpMethod.Put, "", $$$"""{"vectors":{"size":{{{Size}}},"distance":"Euclid"},"shard_number":2,"optimizers_config":{"indexing_threshold":100}}""");
        while (_next < First)
            await UpsertAsync(server, Take(1_000));
    }

    private async Task KillWhileWritingAsync(Server server, int acknowledgedBefore, TimeSpan afterwards)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var killed = new CancellationTokenSource();
        var left = acknowledgedBefore;
        var load = Enumerable.Range(0, Writers).Select(_ => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var ids = Take(Batch);
                    await UpsertAsync(server, ids);
                    // Of what this writer stored a third goes, so that two never speak of one point.
                    await DeleteAsync(server, [.. ids.Where(id => id % 3 == 0)]);
                    if (Interlocked.Decrement(ref left) == 0)
                        enough.TrySetResult();
                }
            }
            catch (Exception) when (killed.IsCancellationRequested)
            {
                // As it should be: the server is gone.
            }
        })).ToList();
        await Task.WhenAny([enough.Task, .. load]);
        await Task.WhenAny([Task.Delay(afterwards, TimeProvider.System), .. load]);
        await killed.CancelAsync();
        await server.KillAsync();
        await Task.WhenAll(load);
    }

    private async Task CheckAsync(Server server, int life)
    {
        var found = new HashSet<int>();
        for (JsonNode? from = null; ;)
        {
            var page = await SendAsync(server, HttpMethod.Post, "/points/scroll", new JsonObject { ["limit"] = 10_000, ["with_vector"] = true, ["offset"] = from?.DeepClone() }.ToJsonString());
            foreach (var point in page["points"]!.AsArray())
            {
                var id = point!["id"]!.GetValue<int>();
                Assert.True(found.Add(id), $"Point {id} is there twice.");
                Assert.Equal(Vector(id), point["vector"]!.AsArray().Select(value => value!.GetValue<float>()));
            }

            if ((from = page["next_page_offset"]) is null)
                break;
        }

        Acknowledged.IsThere("points", _acknowledged.Keys, found);
        Assert.Empty(found.Intersect(_removed.Keys));
        Assert.Empty(found.Except(_acknowledged.Keys).Except(_unsure.Keys));
        await CheckRecallAsync(server, life);
    }

    private static async Task CheckRecallAsync(Server server, int life)
    {
        const int asked = 20, wanted = 10;
        var hits = 0;
        for (var i = 0; i < asked; i++)
        {
            var exact = await NearestAsync(server, Vector(-1 - i - life * asked), wanted, exact: true);
            hits += (await NearestAsync(server, Vector(-1 - i - life * asked), wanted, exact: false)).Intersect(exact).Count();
        }

        Assert.True(hits >= LeastRecall * asked * wanted, $"The graphs find {hits} of {asked * wanted} after {life} kills.");
    }

    private static async Task<List<int>> NearestAsync(Server server, float[] query, int limit, bool exact)
    {
        var found = await SendAsync(server, HttpMethod.Post, "/points/query", JsonSerializer.Serialize(new { query, limit, @params = new { exact } }));
        return [.. found["points"]!.AsArray().Select(point => point!["id"]!.GetValue<int>())];
    }

    private int[] Take(int count)
    {
        var end = Interlocked.Add(ref _next, count);
        return [.. Enumerable.Range(end - count, count)];
    }

    private async Task UpsertAsync(Server server, int[] ids)
    {
        foreach (var id in ids)
            _unsure[id] = true;
        await SendAsync(server, HttpMethod.Put, "/points", JsonSerializer.Serialize(new { points = ids.Select(id => new { id, vector = Vector(id) }) }));
        foreach (var id in ids)
        {
            _acknowledged[id] = true;
            _unsure.TryRemove(id, out _);
        }
    }

    private async Task DeleteAsync(Server server, int[] ids)
    {
        foreach (var id in ids)
        {
            _unsure[id] = true;
            _acknowledged.TryRemove(id, out _);
        }

        await SendAsync(server, HttpMethod.Post, "/points/delete", JsonSerializer.Serialize(new { points = ids }));
        foreach (var id in ids)
        {
            _removed[id] = true;
            _unsure.TryRemove(id, out _);
        }
    }

    // The same numbers for an id at any time.
    private static float[] Vector(int id)
    {
        var random = new Random(id);
        return [.. Enumerable.Range(0, Size).Select(_ => random.Next(1 << 12) / 16f)];
    }

    private static async Task<JsonNode> SendAsync(Server server, HttpMethod method, string path, string body)
    {
        using var request = new HttpRequestMessage(method, "collections/killed" + path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await server.Http.SendAsync(request);
        response.EnsureSuccessStatusCode();
        return (await response.Content.ReadFromJsonAsync<JsonNode>())!["result"]!;
    }

    private static int? Setting(string name) => int.TryParse(Environment.GetEnvironmentVariable(name), CultureInfo.InvariantCulture, out var given) ? given : null;
}
