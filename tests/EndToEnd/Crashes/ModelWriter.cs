using System.Net.Http.Json;
using Orrery.Client;
using Orrery.Kernel;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>Versions of a model, each made by a run, and an alias that follows them.</summary>
internal sealed class ModelWriter : IWriter
{
    private const string Name = "crash-model";
    private readonly Dictionary<int, (int Content, Digest Digest)> _acknowledged = [];
    private int _sent;
    private int _alias;
    private int _sentAlias;
    private RunId _run;

    public async Task PrepareAsync(Server server)
    {
        _run = (await server.Client.Runs.StartAsync(new("train", "makes all versions", RunWriter.Folder))).Id;
        await WriteAsync(server);
    }

    public async Task WriteAsync(Server server)
    {
        var content = ++_sent;
        using var body = JsonContent.Create(new { manifest = new { content }, run = _run.ToString() }, options: OrreryClient.Json);
        var version = await server.Client.SendAsync<AssetVersion>(HttpMethod.Post, $"/api/v1/assets/model/{Name}/versions", body);
        _acknowledged.Add(version.Number, (content, version.Digest));
        _sentAlias = version.Number;
        await server.Client.Assets.SetAliasAsync(AssetKind.Model, Name, "champion", version.Number);
        _alias = version.Number;
    }

    public async Task CheckAsync(Server server)
    {
        var champion = await server.Client.Assets.GetAsync(AssetRef.Parse($"model/{Name}@champion"));
        Assert.Contains(champion.Number, (int[])[_alias, _sentAlias]);
        _alias = champion.Number;
        var last = _acknowledged.Keys.Max();
        Check(await server.Client.Assets.GetAsync(AssetRef.Parse($"model/{Name}:{last}")));
    }

    public async Task CheckAllAsync(Server server)
    {
        await CheckAsync(server);
        var numbers = new List<int>();
        for (string? cursor = null; ;)
        {
            var page = await server.Client.Assets.ListVersionsAsync(AssetKind.Model, Name, cursor);
            foreach (var version in page.Items)
            {
                Check(version);
                numbers.Add(version.Number);
            }

            if ((cursor = page.Next) is null)
                break;
        }

        Assert.Equal(Enumerable.Range(1, numbers.Count).Reverse(), numbers);
        Acknowledged.IsThere("model versions", _acknowledged.Keys, numbers);
        var lineage = await server.Client.Lineage.WalkAsync($"model/{Name}@champion", "upstream");
        Assert.Contains(lineage.Nodes, node => node.Id == new LineageNodeId("run", _run.ToString()));
    }

    private void Check(AssetVersion version)
    {
        Assert.Equal(_run, version.Run);
        if (_acknowledged.TryGetValue(version.Number, out var write))
            Assert.Equal(write, (version.Manifest.GetProperty("content").GetInt32(), version.Digest));
    }
}
