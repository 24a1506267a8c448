using System.Net.Http.Json;
using System.Text.Json;
using System.Xml.Linq;
using Orrery.Comparison;
using Orrery.Comparison.Peers;
using Orrery.Hosts.Tests.Server;
using Orrery.Kernel;
using Xunit;

namespace Orrery.Hosts.Tests.Client;

public sealed class ComparisonTests
{
    [Fact]
    public async Task A_server_is_measured_beside_another_and_both_are_left_as_they_were()
    {
        await using var here = await TestServer.StartAsync();
        await using var there = await TestServer.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler());
        await FillAsync(here, 300);
        var options = new ComparisonOptions { Queries = 20, K = 5, Efs = [8, 64], Connections = 2, EfConstruction = 64 };

        var report = await new VectorComparison(here.Client, http).RunAsync("points", [PeerAddress.Parse($"qdrant={there.Address}")], options);
        var run = await here.Client.Runs.GetAsync(await ComparisonRun.KeepAsync(here.Client, "points", report, options));

        Assert.Equal((280, 4, "Euclid", 20, 5), (report.Points, report.Dimension, report.Distance, report.Queries, report.K));
        Assert.Equal(["orrery", "qdrant"], report.Systems.Select(system => system.Name));
        Assert.All(report.Systems, system =>
        {
            Assert.StartsWith("orrery", system.System, StringComparison.Ordinal);
            Assert.Equal([8, 64], system.Measurements.Select(measured => measured.Ef));
            // Candidates of a quarter of all points find everything in four dimensions.
            Assert.InRange(system.Measurements[1].Recall, 0.99, 1);
            Assert.True(system.Measurements[1].Recall >= system.Measurements[0].Recall);
            Assert.All(system.Measurements, measured => Assert.True(measured is { QueriesPerSecond: > 0, MedianMilliseconds: > 0 } && measured.P99Milliseconds >= measured.MedianMilliseconds));
        });
        Assert.Equal((ComparisonRun.Kind, "finished", "280", "qdrant"), (run.Kind, run.Status, run.Parameters["points"], run.Parameters.Keys.Single(key => key == "qdrant")));
        Assert.Equal(report.Systems[1].Measurements[1].Recall, run.Metrics["qdrant/recall"]);
        Assert.Equal(["curves.svg", "report.json"], (await here.Client.Runs.ArtifactsAsync(run.Id)).Select(artifact => artifact.Path));
        Assert.Equal("points", Assert.Single(await CollectionsAsync(here)));
        Assert.Empty(await CollectionsAsync(there));
        Assert.Equal(2 * 2, XDocument.Parse(ComparisonPicture.Draw(report)).Descendants().Count(element => element.Name.LocalName == "circle"));
    }

    [Fact]
    public async Task What_cannot_be_compared_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        using var http = new HttpClient(new SocketsHttpHandler());
        await FillAsync(server, 8);
        var comparison = new VectorComparison(server.Client, http);

        Assert.Contains("has 8 such vectors; at least 12 are needed", (await Assert.ThrowsAsync<InvalidException>(() => comparison.RunAsync("points", [], new()))).Message, StringComparison.Ordinal);
        Assert.Contains("Which vector of 'points'", (await Assert.ThrowsAsync<InvalidException>(() => comparison.RunAsync("points", [], new(), "dense"))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotFoundException>(() => comparison.RunAsync("nothing", [], new()));
        await FillAsync(server, 300);
        Assert.Contains("does not answer", (await Assert.ThrowsAsync<UnavailableException>(() => comparison.RunAsync("points", [PeerAddress.Parse("qdrant=http://127.0.0.1:1")], new() { Efs = [8] }))).Message, StringComparison.Ordinal);
        Assert.Equal("points", Assert.Single(await CollectionsAsync(server)));
        foreach (var place in new[] { "faiss=http://x", "qdrant", "qdrant=ftp://x", "chroma=", "" })
            Assert.Throws<InvalidException>(() => PeerAddress.Parse(place));
    }

    private static async Task FillAsync(TestServer server, int points)
    {
        var random = new Random(5);
        using var made = await server.Http.PutAsJsonAsync(new Uri("/collections/points", UriKind.Relative), new { vectors = new { size = 4, distance = "Euclid" } });
        using var filled = await server.Http.PutAsJsonAsync(
            new Uri("/collections/points/points?wait=true", UriKind.Relative), new { points = Enumerable.Range(0, points).Select(i => new { id = i, vector = Enumerable.Range(0, 4).Select(_ => random.NextSingle()) }) });
        filled.EnsureSuccessStatusCode();
    }

    private static async Task<IReadOnlyList<string>> CollectionsAsync(TestServer server) =>
        [.. (await server.Http.GetFromJsonAsync<JsonElement>(new Uri("/collections", UriKind.Relative))).GetProperty("result").GetProperty("collections").EnumerateArray().Select(collection => collection.GetProperty("name").GetString()!)];
}
