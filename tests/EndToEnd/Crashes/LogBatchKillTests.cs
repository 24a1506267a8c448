using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>
/// A server that dies by SIGKILL while many clients log batches over MLflow's wire: every acknowledged batch is there, once, and of those that nobody
/// answered each is there as a whole or not at all.
/// </summary>
public sealed class LogBatchKillTests(ITestOutputHelper output)
{
    private const int Kills = 6;
    private const int Workers = 8;
    private const int Runs = 2; // fewer than workers, so that batches of one run meet
    private const int Keys = 100;
    private const int PointsOfKey = 4;

    private readonly ConcurrentDictionary<(string Run, int Batch), bool> _acknowledged = new();
    private readonly ConcurrentDictionary<(string Run, int Batch), bool> _sent = new();
    private int _batches;

    [Fact]
    public async Task Every_acknowledged_row_is_there_once_and_no_batch_is_there_by_half()
    {
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        output.WriteLine($"seed {seed}");
        var random = new Random(seed);
        using var folder = new TempFolder();
        await TestDatabase.MakeForServersAsync(folder.File(Server.DataFolder));
        List<string> runs = [];
        for (var life = 0; life < Kills; life++)
        {
            await using var server = await Server.StartAsync(folder, life);
            while (runs.Count < Runs)
                runs.Add(await CreateRunAsync(server));
            await CheckAsync(server, runs);
            await KillWhileLoggingAsync(server, runs, acknowledgedBefore: random.Next(1, 60), afterwards: TimeSpan.FromMilliseconds(random.Next(30)));
        }

        await using var last = await Server.StartAsync(folder, Kills);
        await CheckAsync(last, runs);
        output.WriteLine($"{_acknowledged.Count} batches acknowledged, {_sent.Count - _acknowledged.Count} without an answer");
    }

    private async Task KillWhileLoggingAsync(Server server, List<string> runs, int acknowledgedBefore, TimeSpan afterwards)
    {
        var enough = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var killed = new CancellationTokenSource();
        var left = acknowledgedBefore;
        var load = Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            try
            {
                while (true)
                {
                    var batch = (Run: runs[worker % runs.Count], Number: Interlocked.Increment(ref _batches));
                    _sent[batch] = true;
                    await PostAsync(server, "runs/log-batch", Body(batch.Run, batch.Number));
                    _acknowledged[batch] = true;
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

    private async Task CheckAsync(Server server, List<string> runs)
    {
        foreach (var run in runs)
        {
            var (sent, acknowledged) = (Batches(_sent, run), Batches(_acknowledged, run));
            var found = await BatchesByParameterAsync(server, run);
            Acknowledged.IsThere($"batches of run {run}", acknowledged, found);
            Assert.Empty(found.Except(sent));
            var expected = found.Order().SelectMany(batch => Enumerable.Range(0, PointsOfKey).Select(i => Step(batch, i))).ToList();
            for (var key = 0; key < Keys; key++)
            {
                var course = await GetAsync(server, $"metrics/get-history?run_id={run}&metric_key={Key(key)}");
                var points = course.TryGetProperty("metrics", out var metrics) ? metrics.EnumerateArray().ToList() : [];
                Assert.Equal(expected, points.Select(point => long.Parse(point.GetProperty("step").ToString(), CultureInfo.InvariantCulture)));
                Assert.All(points, point => Assert.Equal(Value(key, point.GetProperty("step")), point.GetProperty("value").GetDouble()));
            }

            await CheckLastAsync(server, run, expected);
        }
    }

    private static async Task CheckLastAsync(Server server, string run, List<long> expected)
    {
        var data = (await GetAsync(server, $"runs/get?run_id={run}")).GetProperty("run").GetProperty("data");
        var last = data.TryGetProperty("metrics", out var metrics) ? metrics.EnumerateArray().ToList() : [];
        Assert.Equal(expected.Count == 0 ? 0 : Keys, last.Count);
        Assert.All(last, metric => Assert.Equal(expected[^1], long.Parse(metric.GetProperty("step").ToString(), CultureInfo.InvariantCulture)));
    }

    // Each batch has a parameter of its own beside its metrics.
    private static async Task<List<int>> BatchesByParameterAsync(Server server, string run)
    {
        var data = (await GetAsync(server, $"runs/get?run_id={run}")).GetProperty("run").GetProperty("data");
        return data.TryGetProperty("params", out var parameters)
            ? [.. parameters.EnumerateArray().Select(parameter => int.Parse(parameter.GetProperty("value").GetString()!, CultureInfo.InvariantCulture))]
            : [];
    }

    private static List<int> Batches(ConcurrentDictionary<(string Run, int Batch), bool> batches, string run) => [.. batches.Keys.Where(batch => batch.Run == run).Select(batch => batch.Batch)];

    private static object Body(string run, int batch) => new
    {
        run_id = run,
        metrics = Enumerable.Range(0, Keys * PointsOfKey).Select(i => new { key = Key(i % Keys), step = Step(batch, i / Keys), timestamp = 1_700_000_000_000L + batch, value = Value(i % Keys, Step(batch, i / Keys)) }),
        @params = new[] { new { key = $"batch{batch}", value = $"{batch}" } },
    };

    private static string Key(int key) => $"m{key}";

    private static long Step(int batch, int point) => ((long)batch * PointsOfKey) + point;

    private static double Value(int key, JsonElement step) => Value(key, long.Parse(step.ToString(), CultureInfo.InvariantCulture));

    private static double Value(int key, long step) => key + (1.0 / (step + 3));

    private static async Task<string> CreateRunAsync(Server server) =>
        (await PostAsync(server, "runs/create", new { experiment_id = "0" })).GetProperty("run").GetProperty("info").GetProperty("run_id").GetString()!;

    private static async Task<JsonElement> PostAsync(Server server, string path, object body)
    {
        using var response = await server.Http.PostAsJsonAsync(new Uri($"api/2.0/mlflow/{path}", UriKind.Relative), body);
        return await ReadAsync(response);
    }

    private static async Task<JsonElement> GetAsync(Server server, string path)
    {
        using var response = await server.Http.GetAsync(new Uri($"api/2.0/mlflow/{path}", UriKind.Relative));
        return await ReadAsync(response);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage response)
    {
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync());
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }
}
