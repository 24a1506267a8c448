using System.Text;
using Orrery.Kernel;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>Pipelines of three steps, each on a file that was uploaded before. What one life of the server begins, a later one ends.</summary>
internal sealed class PipelineWriter : IWriter
{
    private const int MaxOpen = 3;
    private readonly List<RunId> _acknowledged = [];
    private readonly HashSet<RunId> _ended = [];
    private readonly Dictionary<(RunId, string), RunId?> _succeeded = [];
    private int _number;

    public Task PrepareAsync(Server server) => server.Client.Resources.ApplyAsync($$"""
        kind: Source
        name: piped
        spec:
          dataset: piped
          columns:
            n: {type: int64, required: true}
        ---
        kind: Pipeline
        name: piped
        spec:
          parameters: {upload: {{Digest.Of("")}}}
          steps:
            - name: ingest
              uses: ingest
              with: {source: piped, upload: "${params.upload}"}
            - name: profile
              uses: profile
              inputs: {dataset: ingest.dataset}
            - name: again
              uses: profile
              inputs: {dataset: profile.dataset}
        """);

    public async Task WriteAsync(Server server)
    {
        if (_acknowledged.Count - _ended.Count >= MaxOpen)
        {
            await LookAsync(server);
            return;
        }

        using var body = new ByteArrayContent(Encoding.UTF8.GetBytes($"n\n{_number++}\n"));
        var upload = await server.Client.SendAsync<Uploaded>(HttpMethod.Post, "/api/v1/uploads", body);
        var status = await server.Client.Pipelines.StartAsync("piped", new Dictionary<string, string> { ["upload"] = upload.Digest.ToString() });
        _acknowledged.Add(status.Run.Id);
    }

    public Task CheckAsync(Server server) => LookAsync(server);

    /// <summary>All end well, and no step that had succeeded ran again.</summary>
    public async Task CheckAllAsync(Server server)
    {
        await Patience.UntilNothingIsLeftAsync("pipelines", async () =>
        {
            await LookAsync(server);
            return [.. _acknowledged.Except(_ended).Select(run => run.ToString())];
        });
        var latest = await server.Client.Assets.GetAsync(new(AssetKind.Dataset, "piped"));
        Assert.Equal(latest.Number, latest.Manifest.GetProperty("rows").GetInt32());
        Assert.True(latest.Number >= _acknowledged.Count, "A pipeline's dataset is lost.");
    }

    private async Task LookAsync(Server server)
    {
        foreach (var run in _acknowledged.Except(_ended).ToList())
        {
            var status = await server.Client.Pipelines.GetAsync(run);
            foreach (var step in status.Steps)
            {
                if (_succeeded.TryGetValue((run, step.Name), out var done))
                    Assert.Equal(("succeeded", done), (step.Status, step.Run));
                else if (step.Status == "succeeded")
                    _succeeded.Add((run, step.Name), step.Run);
                Assert.InRange(step.Attempt, 0, 1); // None fails; a kill is no attempt.
            }

            if (!status.Run.HasEnded)
                continue;
            Assert.True(status.Run.Status == "finished", $"{status.Run.Status}: {status.Run.Error}");
            Assert.All(status.Steps, step => Assert.Equal("succeeded", step.Status));
            _ended.Add(run);
        }
    }

    private sealed record Uploaded(Digest Digest);
}
