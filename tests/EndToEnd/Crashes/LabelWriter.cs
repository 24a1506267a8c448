using Orrery.Client;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>Labels of an endpoint, some in each request. Nothing reads single labels back over the API, so they are looked for in the signal log.</summary>
internal sealed class LabelWriter : IWriter
{
    private const int Batch = 4;
    private readonly List<int> _acknowledged = [];
    private int _number;

    public Task PrepareAsync(Server server) => server.Client.Resources.ApplyAsync("""
        kind: Endpoint
        name: crashes
        spec: {model: not-there-yet}
        """);

    public async Task WriteAsync(Server server)
    {
        var number = _number++;
        await server.Client.Endpoints.LabelAsync("crashes", [.. Enumerable.Range(0, Batch).Select(i => new PredictionLabel($"{number}-{i}", number))]);
        _acknowledged.Add(number);
    }

    public Task CheckAsync(Server server) => Task.CompletedTask;

    public Task CheckAllAsync(Server server) => Task.CompletedTask;

    public async Task CheckFolderAsync(TestPlatform platform)
    {
        var stream = platform.Signals.Find("labels/crashes") ?? throw new InvalidOperationException("There is no stream of labels.");
        var found = new HashSet<string>();
        await foreach (var batch in stream.ReadAsync(0))
        {
            for (var row = 0; row < batch.Count; row++)
                Assert.True(found.Add(batch.IdAt(row)), "A label is there twice.");
        }

        Acknowledged.IsThere("labels", _acknowledged.SelectMany(number => Enumerable.Range(0, Batch).Select(i => $"{number}-{i}")), found);
        Assert.All(found.GroupBy(id => id.Split('-')[0]), request => Assert.Equal(Batch, request.Count()));
    }
}
