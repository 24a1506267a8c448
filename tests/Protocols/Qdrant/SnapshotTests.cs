using System.Net;
using Orrery.Kernel;
using Xunit;

namespace Orrery.Protocols.Tests.Qdrant;

/// <summary>Snapshots over the wire: made, listed, downloaded, uploaded, removed.</summary>
public sealed class SnapshotTests
{
    private const string Vectors = """{"vectors":{"a":{"size":2,"distance":"Dot"}},"sparse_vectors":{"s":{"modifier":"idf"}}}""";
    private const string Points = """
        {"points":[{"id":1,"vector":{"a":[1,2],"s":{"indices":[3],"values":[0.5]}},"payload":{"n":1.50}},{"id":18446744073709551615,"vector":{"a":[3,4]}},{"id":"5c56c793-69f3-4fbf-87e6-c4bf54c28c26","vector":{}}]}
        """;

    [Fact]
    public async Task A_collection_comes_back_from_its_snapshot_as_it_was()
    {
        await using var server = await QdrantTestServer.StartAsync();
        var (name, before) = await MakeAsync(server);
        var file = await server.BytesAsync($"/collections/c/snapshots/{name}");
        var listed = (await server.DoAsync("GET", "/collections/c/snapshots"))[0]!;
        Assert.Equal(Digest.Of(file).ToString(), listed["checksum"]!.GetValue<string>());
        Assert.Equal(file.Length, listed["size"]!.GetValue<long>());

        await server.DoAsync("POST", "/collections/c/points/delete?wait=true", """{"points":[1]}""");
        await server.DoAsync("PUT", "/collections/c/points?wait=true", """{"points":[{"id":8,"vector":{"a":[9,9]}}]}""");
        Assert.Equal(HttpStatusCode.OK, (await server.UploadAsync("/collections/c/snapshots/upload?wait=true", file)).Status);
        Assert.Equal(before, await ContentAsync(server, "c"));

        // Under another name, and after the first is gone.
        await server.DoAsync("DELETE", "/collections/c");
        Assert.Equal(HttpStatusCode.OK, (await server.UploadAsync("/collections/other/snapshots/upload?wait=true", file)).Status);
        Assert.Equal(before, await ContentAsync(server, "other"));
        var written = await server.DoAsync("PUT", "/collections/other/points?wait=true", """{"points":[{"id":8,"vector":{"a":[9,9]}}]}""");
        Assert.Equal(2, written["operation_id"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_snapshot_that_is_cut_short_or_damaged_anywhere_changes_nothing()
    {
        await using var server = await QdrantTestServer.StartAsync();
        var (name, before) = await MakeAsync(server);
        var file = await server.BytesAsync($"/collections/c/snapshots/{name}");
        var random = new Random(5);
        for (var i = 0; i < 60; i++)
        {
            var broken = i % 2 == 0 ? file[..random.Next(file.Length)] : (byte[])file.Clone();
            if (i % 2 == 1)
                broken[random.Next(file.Length)] ^= (byte)(1 << random.Next(8));
            var (status, answer) = await server.UploadAsync("/collections/c/snapshots/upload?wait=true", broken);
            Assert.True(status == HttpStatusCode.BadRequest, $"{i}: {status} {answer}");
        }

        Assert.Equal(before, await ContentAsync(server, "c"));
        var (wrong, _) = await server.UploadAsync($"/collections/c/snapshots/upload?checksum={new string('3', 64)}", file);
        Assert.Equal(HttpStatusCode.BadRequest, wrong);
    }

    [Theory]
    [InlineData("..%2F..%2F..%2Fetc%2Fpasswd")]
    [InlineData("nobody.snapshot")]
    public async Task A_snapshot_is_found_by_its_name_and_a_name_is_no_path(string name)
    {
        await using var server = await QdrantTestServer.StartAsync();
        await MakeAsync(server);
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync("GET", $"/collections/c/snapshots/{name}")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await server.SendAsync("DELETE", $"/collections/c/snapshots/{name}")).Status);
    }

    [Theory]
    [InlineData("file:///etc/passwd", 400)]
    [InlineData("http://169.254.169.254/latest/meta-data", 403)]
    [InlineData("https://127.0.0.1:1/x", 403)]
    [InlineData("https://[::1]/x", 403)]
    [InlineData("file://elsewhere/x", 400)]
    [InlineData("ftp://example.com/x", 400)]
    [InlineData("x", 400)]
    public async Task Nothing_is_fetched_from_where_only_the_server_can_reach(string location, int status)
    {
        await using var server = await QdrantTestServer.StartAsync();
        await MakeAsync(server);
        Assert.Equal((HttpStatusCode)status, (await server.SendAsync("PUT", "/collections/c/snapshots/recover", $$"""{"location":"{{location}}"}""")).Status);
    }

    [Fact]
    public async Task A_snapshot_is_fetched_from_another_server_where_the_settings_trust_it_and_a_damaged_one_changes_nothing()
    {
        await using var source = await QdrantTestServer.StartAsync();
        await using var target = await QdrantTestServer.StartAsync(new KeyValuePair<string, string?>("Search:Snapshots:AllowPrivateAddresses", "true"));
        var (name, content) = await MakeAsync(source);
        var location = new Uri(source.Address, $"/collections/c/snapshots/{name}");

        var (status, answer) = await target.SendAsync("PUT", "/collections/copy/snapshots/recover", $$"""{"location":"{{location}}","checksum":"{{new string('3', 64)}}"}""");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("SHA-256", answer.ToJsonString());
        Assert.Equal(HttpStatusCode.BadRequest, (await target.SendAsync("PUT", "/collections/copy/snapshots/recover", $$"""{"location":"{{location}}x"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await target.SendAsync("PUT", "/collections/copy/snapshots/recover", $$"""{"location":"{{new Uri(source.Address, "/collections")}}"}""")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await target.SendAsync("PUT", "/collections/copy/snapshots/recover", """{"location":"http://127.0.0.1:1/x"}""")).Status);
        Assert.Equal(HttpStatusCode.NotFound, (await target.SendAsync("GET", "/collections/copy")).Status);

        await target.DoAsync("PUT", "/collections/copy/snapshots/recover", $$"""{"location":"{{location}}"}""");
        Assert.Equal(content, await ContentAsync(target, "copy"));
    }

    [Fact]
    public async Task A_snapshot_that_is_removed_is_gone()
    {
        await using var server = await QdrantTestServer.StartAsync();
        var (name, _) = await MakeAsync(server);
        await server.DoAsync("POST", "/snapshots");
        await server.DoAsync("DELETE", $"/collections/c/snapshots/{name}");
        Assert.Equal("[]", (await server.DoAsync("GET", "/collections/c/snapshots")).ToJsonString());
        Assert.Single((await server.DoAsync("GET", "/snapshots")).AsArray());
    }

    private static async Task<(string Name, string Content)> MakeAsync(QdrantTestServer server)
    {
        await server.DoAsync("PUT", "/collections/c", Vectors);
        await server.DoAsync("PUT", "/collections/c/points?wait=true", Points);
        var snapshot = await server.DoAsync("POST", "/collections/c/snapshots");
        return (snapshot["name"]!.GetValue<string>(), await ContentAsync(server, "c"));
    }

    private static async Task<string> ContentAsync(QdrantTestServer server, string collection) =>
        (await server.DoAsync("POST", $"/collections/{collection}/points/scroll", """{"with_vector":true}""")).ToJsonString();
}
