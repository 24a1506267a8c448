using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Orrery.Hosts.Tests.Server;
using Orrery.Import.Vectors;
using Orrery.Import.Vectors.Files;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Import;

public sealed class VectorImportTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Collections_of_a_server_that_speaks_as_Qdrant_come_whole_and_twice_is_once()
    {
        await using var there = await TestServer.StartAsync();
        await using var here = await TestServer.StartAsync();
        await PutAsync(there, "/collections/all", """{"vectors":{"dense":{"size":2,"distance":"Dot"},"many":{"size":2,"distance":"Cosine","multivector_config":{"comparator":"max_sim"}}},"sparse_vectors":{"words":{"modifier":"idf"}},"hnsw_config":{"m":24}}""");
        await PutAsync(there, "/collections/all/index?wait=true", """{"field_name":"city","field_schema":"keyword"}""");
        await PutAsync(there, "/collections/all/points?wait=true", """{"points":[{"id":7,"vector":{"dense":[1,2],"many":[[1,0],[0,1]],"words":{"indices":[3,1],"values":[0.5,0.25]}},"payload":{"city":"Oslo","deep":{"a":[1,null]}}},{"id":"6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11","vector":{}}]}""");
        await PostAsync(there, "/collections/aliases", """{"actions":[{"create_alias":{"alias_name":"best","collection_name":"all"}}]}""");
        await PutAsync(there, "/collections/other", """{"vectors":{"size":1,"distance":"Euclid"}}""");

        var report = await BringAsync(there, here, "all");
        await BringAsync(there, here, "all");

        Assert.Equal((1, 2, 1, 1), (report.Collections, report.Points, report.Indexes, report.Aliases));
        var all = new Uri("/collections/best/points/scroll", UriKind.Relative);
        Assert.Equal(await ScrollAsync(there.Http, all), await ScrollAsync(here.Http, all));
        var described = new[] { await ConfigAsync(there), await ConfigAsync(here) };
        Assert.Equal(described[0], described[1]);
        Assert.Equal(404, (int)(await here.Http.GetAsync(new Uri("/collections/other", UriKind.Relative))).StatusCode);
        Assert.Contains("Did you mean 'other'", (await Assert.ThrowsAsync<NotFoundException>(() => BringAsync(there, here, "othr"))).Message, StringComparison.Ordinal);

        static async Task<string> ConfigAsync(TestServer server) => (await server.Http.GetFromJsonAsync<JsonElement>(new Uri("/collections/all", UriKind.Relative))).GetProperty("result").GetProperty("config").GetProperty("params").GetRawText();
    }

    [Fact]
    public async Task An_export_is_read_back_as_it_was()
    {
        await using var server = await TestServer.StartAsync();
        await PutAsync(server, "/collections/a", """{"vectors":{"size":3,"distance":"Euclid"}}""");
        await PutAsync(server, "/collections/a/points?wait=true", """{"points":[{"id":1,"vector":[1,2,3],"payload":{"name":"it's","nested":{"x":[1,2]},"n":3}},{"id":"6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11","vector":[0.1,-2e-5,3e20]}]}""");

        Assert.Equal(2, await new CollectionExport(server.Client).WriteAsync("a", _folder.File("b.parquet")));
        await using (var source = new ParquetVectors(_folder.File("b.parquet"), new("Euclid")))
            await new VectorImport(server.Client).BringAsync(source);

        Assert.Equal(await ScrollAsync(server.Http, new("/collections/a/points/scroll", UriKind.Relative)), await ScrollAsync(server.Http, new("/collections/b/points/scroll", UriKind.Relative)));
        Assert.Empty(Directory.GetFiles(_folder.Path, "*.tmp"));
        Assert.Contains("c", (await Assert.ThrowsAsync<NotFoundException>(() => new CollectionExport(server.Client).WriteAsync("c", _folder.File("c.parquet")))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Columns_of_Parquet_become_payload_and_texts_become_ids()
    {
        await using var server = await TestServer.StartAsync();
        await ParquetAsync("w.parquet", "SELECT * FROM (VALUES ('dog', [0.5, 1.0]::DOUBLE[2], 3, DATE '2024-02-01', NULL), ('cat', [1.5, 2.0], NULL, NULL, {'a': 1}), ('gone', NULL, 1, NULL, NULL)) t(id, embedding, n, born, more)");

        await using var source = new ParquetVectors(_folder.File("w.parquet"), new("Dot"));
        var report = await new VectorImport(server.Client).BringAsync(source, "animals");

        Assert.Equal((2, 1), (report.Points, report.Left["row without a vector"]));
        var points = (await server.Http.PostAsJsonAsync(new Uri("/collections/animals/points/scroll", UriKind.Relative), new { with_vector = true })).Content;
        var found = (await points.ReadFromJsonAsync<JsonElement>()).GetProperty("result").GetProperty("points").EnumerateArray().ToDictionary(point => point.GetProperty("payload").GetProperty("source_id").GetString()!);
        Assert.Equal("""{"n":3,"born":"2024-02-01","source_id":"dog"}""", found["dog"].GetProperty("payload").GetRawText());
        Assert.Equal("""{"more":{"a":1},"source_id":"cat"}""", found["cat"].GetProperty("payload").GetRawText());
        Assert.Equal([1.5f, 2], found["cat"].GetProperty("vector").EnumerateArray().Select(component => component.GetSingle()));
    }

    [Theory]
    [InlineData("SELECT [1.0, 2.0]::FLOAT[] a, [1.0]::FLOAT[] b", "Name it with --vector: lists of floats are a, b")]
    [InlineData("SELECT 1 a", "there is no column of lists of floats")]
    [InlineData("SELECT unnest([[1.0, 2.0], [1.0]])::FLOAT[] a", "2 different sizes")]
    [InlineData("SELECT ['nan'::FLOAT] a", "NaN at component 0")]
    [InlineData("SELECT [1.0]::FLOAT[] a, 'no json' payload", "is no JSON")]
    [InlineData("SELECT [1.0]::FLOAT[] a, NULL::VARCHAR id", "every point has an id")]
    public async Task Parquet_that_holds_no_vectors_is_refused(string sql, string message)
    {
        await using var server = await TestServer.StartAsync();
        await ParquetAsync("x.parquet", sql);
        await using var source = new ParquetVectors(_folder.File("x.parquet"), new("Cosine"));
        Assert.Contains(message, (await Assert.ThrowsAsync<InvalidException>(() => new VectorImport(server.Client).BringAsync(source))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Files_of_vectors_alone_are_read_in_every_type()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var (name, bytes) in new (string, byte[])[]
                 {
                     ("f4.npy", Numpy("<f4", [.. Bytes(1f), .. Bytes(2f), .. Bytes(3f), .. Bytes(4f)])), ("f8.npy", Numpy("<f8", [.. Bytes(1d), .. Bytes(2d), .. Bytes(3d), .. Bytes(4d)])),
                     ("i1.npy", Numpy("|i1", [1, 2, 3, 4])), ("f2.npy", Numpy("<f2", [0, 0x3c, 0, 0x40, 0, 0x42, 0, 0x44])),
                     ("f.fvecs", [2, 0, 0, 0, .. Bytes(1f), .. Bytes(2f), 2, 0, 0, 0, .. Bytes(3f), .. Bytes(4f)]), ("b.bvecs", [2, 0, 0, 0, 1, 2, 2, 0, 0, 0, 3, 4]),
                 })
        {
            await File.WriteAllBytesAsync(_folder.File(name), bytes, TestContext.Current.CancellationToken);
            await using var source = new VectorArrayFile(_folder.File(name), "Euclid");
            Assert.Equal(2, (await new VectorImport(server.Client).BringAsync(source)).Points);
            Assert.Equal("""[{"id":0,"payload":{},"vector":[1.0,2.0]},{"id":1,"payload":{},"vector":[3.0,4.0]}]""", await ScrollAsync(server.Http, new($"/collections/{Path.GetFileNameWithoutExtension(name)}/points/scroll", UriKind.Relative)));
        }
    }

    [Fact]
    public async Task Files_that_lie_about_their_vectors_are_refused()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var (name, bytes, message) in new (string, byte[], string)[]
                 {
                     ("a.npy", Numpy("<f4", new byte[15]), "cut off"), ("b.npy", Numpy("<f4", new byte[8]), "says that it holds 2 vectors"), ("c.npy", Numpy("<c8", new byte[16]), "expected two dimensions"), ("d.npy", Numpy("<f4", new byte[16], fortran: true), "expected two dimensions"),
                     ("e.npy", "no array at all"u8.ToArray(), "magic"), ("f.npy", [0x93, .. "NUMPY"u8], "cut off in its header"), ("g.fvecs", [255, 255, 255, 127], "expected 1 to 65536"), ("h.fvecs", [1, 0, 0, 0, 0], "cut off"), ("i.fvecs", [], "holds no vector"),
                     ("j.bvecs", [2, 0, 0, 0, 1, 2, 1, 0, 0, 0, 1, 2], "has a vector of 1 components at 1"), ("k.csv", [1], "ends with .npy"),
                 })
        {
            await File.WriteAllBytesAsync(_folder.File(name), bytes, TestContext.Current.CancellationToken);
            await using var source = new VectorArrayFile(_folder.File(name), "Euclid");
            Assert.Contains(message, (await Assert.ThrowsAsync<InvalidException>(() => new VectorImport(server.Client).BringAsync(source))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Vectors_that_do_not_fit_into_the_collection_that_is_there_are_refused_with_the_servers_reason()
    {
        await using var server = await TestServer.StartAsync();
        await PutAsync(server, "/collections/v", """{"vectors":{"size":3,"distance":"Euclid"}}""");
        await File.WriteAllBytesAsync(_folder.File("v.bvecs"), [2, 0, 0, 0, 1, 2], TestContext.Current.CancellationToken);
        await using var source = new VectorArrayFile(_folder.File("v.bvecs"), "Euclid");
        Assert.Contains("expected dim: 3, got 2", (await Assert.ThrowsAsync<InvalidException>(() => new VectorImport(server.Client).BringAsync(source))).Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(float value) => BitConverter.GetBytes(value);

    private static byte[] Bytes(double value) => BitConverter.GetBytes(value);

    private static byte[] Numpy(string type, byte[] data, bool fortran = false)
    {
        var header = $"{{'descr': '{type}', 'fortran_order': {fortran}, 'shape': (2, 2), }}\n";
        return [0x93, .. "NUMPY"u8, 1, 0, (byte)header.Length, 0, .. Encoding.ASCII.GetBytes(header), .. data];
    }

    private async Task ParquetAsync(string name, string sql)
    {
        await using var session = new AnalyticsEngine(new()).Open();
        await session.ExecuteAsync($"COPY ({sql}) TO {Sql.Text(_folder.File(name))} (FORMAT parquet)");
    }

    private static async Task<VectorImportReport> BringAsync(TestServer from, TestServer to, params string[] names)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        await using var source = new QdrantServer(http, from.Address, names: names);
        return await new VectorImport(to.Client).BringAsync(source);
    }

    private static Task PutAsync(TestServer server, string path, string json) => SendAsync(server, HttpMethod.Put, path, json);

    private static Task PostAsync(TestServer server, string path, string json) => SendAsync(server, HttpMethod.Post, path, json);

    private static async Task SendAsync(TestServer server, HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        using var answer = await server.Http.SendAsync(request);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
    }

    private static async Task<string> ScrollAsync(HttpClient http, Uri path)
    {
        using var answer = await http.PostAsJsonAsync(path, new { limit = 100, with_vector = true, with_payload = true });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("result").GetProperty("points").GetRawText();
    }
}
