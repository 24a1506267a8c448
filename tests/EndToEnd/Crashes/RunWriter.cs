using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orrery.Client;
using Orrery.Kernel;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>A client's own runs: parameters, metrics, an artifact, the end.</summary>
internal sealed class RunWriter(string name) : IWriter
{
    /// <summary>Where the client's runs are.</summary>
    public const string Folder = "crashes";

    private const int Points = 5;
    private readonly List<(RunId Run, int Number, Stage Stage)> _acknowledged = [];
    private int _checked;
    private int _number;

    private enum Stage
    {
        Started,
        Logged,
        Stored,
        Finished,
    }

    public Task PrepareAsync(Server server) => Task.CompletedTask;

    public async Task WriteAsync(Server server)
    {
        var number = _number++;
        var runs = server.Client.Runs;
        var run = (await runs.StartAsync(new("train", $"{name}-{number}", Folder, Seed: number))).Id;
        _acknowledged.Add((run, number, Stage.Started));
        await runs.LogAsync(run, [.. Enumerable.Range(0, Points).Select(step => new MetricPoint("loss", number + (1.0 / (step + 3)), step))], new Dictionary<string, string> { ["depth"] = $"{number}" });
        _acknowledged[^1] = (run, number, Stage.Logged);
        await StoreAsync(server, run, Artifact(number));
        _acknowledged[^1] = (run, number, Stage.Stored);
        await runs.FinishAsync(run);
        _acknowledged[^1] = (run, number, Stage.Finished);
    }

    public async Task CheckAsync(Server server)
    {
        for (; _checked < _acknowledged.Count; _checked++)
            await CheckAsync(server, _acknowledged[_checked]);
    }

    public async Task CheckAllAsync(Server server)
    {
        foreach (var write in _acknowledged)
            await CheckAsync(server, write);
    }

    private async Task CheckAsync(Server server, (RunId Run, int Number, Stage Stage) write)
    {
        var run = await server.Client.Runs.GetAsync(write.Run);
        Assert.Equal((long)write.Number, run.Seed);
        var points = await server.Client.SendAsync<List<MetricPoint>>(HttpMethod.Get, $"/api/v1/runs/{write.Run}/metrics?key=loss");
        Assert.True(write.Stage < Stage.Logged || points.Count == Points, "An acknowledged log is lost.");
        Assert.Contains(points.Count, (int[])[0, Points]);
        Assert.Equal(points.Count == Points, run.Parameters.ContainsKey("depth"));
        Assert.Equal(Enumerable.Range(0, points.Count).Select(step => write.Number + (1.0 / (step + 3))), points.Select(point => point.Value));
        await CheckArtifactAsync(server, write);
        Assert.True(write.Stage < Stage.Finished || run.Status == "finished", $"{name}-{write.Number} is {run.Status}.");
        Assert.Contains(run.Status, (string[])["running", "finished"]); // Its owner is the client: no crash of the server ends it.
    }

    private async Task CheckArtifactAsync(Server server, (RunId Run, int Number, Stage Stage) write)
    {
        var artifacts = await server.Client.SendAsync<List<JsonElement>>(HttpMethod.Get, $"/api/v1/runs/{write.Run}/artifacts");
        if (artifacts.Count == 0)
        {
            Assert.True(write.Stage < Stage.Stored, "An acknowledged artifact is lost.");
            return;
        }

        using var response = await server.Client.SendAsync(HttpMethod.Get, $"/api/v1/runs/{write.Run}/artifacts/notes.txt", null, default);
        Assert.Equal(SHA256.HashData(Artifact(write.Number)), SHA256.HashData(await response.Content.ReadAsByteArrayAsync()));
    }

    private static async Task StoreAsync(Server server, RunId run, byte[] content)
    {
        using var body = new ByteArrayContent(content);
        using var _ = await server.Client.SendAsync(HttpMethod.Put, $"/api/v1/runs/{run}/artifacts/notes.txt", body, default);
    }

    private byte[] Artifact(int number) => Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat($"{name} {number}\n", 200 + (number % 7 * 500))));
}
