using System.IO.Compression;
using System.Net.Http.Json;
using System.Text.Json;
using Orrery.Hosts.Tests.Server;
using Orrery.Import.Vectors;
using Orrery.Import.Vectors.Chroma;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Import;

/// <summary>The folder was written by Chroma itself: chroma-folder.py beside this file.</summary>
public sealed class ChromaTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public ChromaTests()
    {
        using var stream = typeof(ChromaTests).Assembly.GetManifestResourceStream("chroma-folder.zip")!;
        ZipFile.ExtractToDirectory(stream, _folder.Path);
    }

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_comes_with_what_is_in_its_segments_and_what_is_only_in_its_log()
    {
        await using var server = await TestServer.StartAsync();

        var report = await ImportAsync(server);

        Assert.Equal((2, 45 + 44), (report.Collections, report.Points));
        Assert.Equal(new Dictionary<string, long> { ["empty collection, whose vectors have no size yet"] = 1 }, report.Left.ToDictionary());
        var euclid = await PointsAsync(server, "euclid");
        Assert.Equal("Euclid", (await server.Http.GetFromJsonAsync<JsonElement>(new Uri("/collections/euclid", UriKind.Relative))).GetProperty("result").GetProperty("config").GetProperty("params").GetProperty("vectors").GetProperty("distance").GetString());
        Assert.Equal(Enumerable.Range(0, 44).Where(i => i != 3).Select(i => $"doc-{i}").Append("late").Order(StringComparer.Ordinal), euclid.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(Vector(2 + 1, 3), Floats(euclid["doc-2"]));
        Assert.Equal([9f, 9, 9], Floats(euclid["doc-5"]));
        Assert.Equal([1f, 2, 3], Floats(euclid["late"]));
        Assert.Equal("""{"document":"text 2","city":"Oslo","even":true,"n":2,"source_id":"doc-2","third":0.5}""", Payload(euclid["doc-2"]));
        Assert.Equal("""{"document":"text 5","even":false,"n":-5,"source_id":"doc-5","third":1.25}""", Payload(euclid["doc-5"]));
        Assert.Equal("""{"document":"late text","n":99,"source_id":"late"}""", Payload(euclid["late"]));
    }

    [Fact]
    public async Task Under_cosine_vectors_come_with_the_direction_that_they_had()
    {
        await using var server = await TestServer.StartAsync();
        await ImportAsync(server, "cosine");

        foreach (var (id, point) in await PointsAsync(server, "cosine"))
        {
            var given = Vector(int.Parse(id[4..], System.Globalization.CultureInfo.InvariantCulture) + 1, 4);
            var stored = Floats(point);
            var length = MathF.Sqrt(given.Sum(component => component * component));
            Assert.All(given.Zip(stored), pair => Assert.Equal(pair.First / length, pair.Second, 1e-6f));
        }
    }

    [Fact]
    public async Task What_has_not_reached_the_metadata_is_read_from_the_log()
    {
        await using var server = await TestServer.StartAsync();
        await using (var database = new Microsoft.Data.Sqlite.SqliteConnection($"Data Source={_folder.File("chroma.sqlite3")};Pooling=False"))
        {
            await database.OpenAsync();
            await using var command = database.CreateCommand();
            command.CommandText =
                """
                UPDATE max_seq_id SET seq_id = 89 WHERE segment_id = (SELECT s.id FROM segments s JOIN collections c ON c.id = s.collection WHERE c.name = 'euclid' AND s.scope = 'METADATA');
                DELETE FROM embedding_metadata WHERE id IN (SELECT id FROM embeddings WHERE embedding_id = 'late'); DELETE FROM embeddings WHERE embedding_id = 'late';
                """;
            await command.ExecuteNonQueryAsync();
        }

        await ImportAsync(server, "euclid");

        var euclid = await PointsAsync(server, "euclid");
        Assert.Equal(44, euclid.Count);
        Assert.Equal("""{"document":"late text","n":99,"source_id":"late"}""", Payload(euclid["late"]));
    }

    [Fact]
    public async Task A_damaged_folder_is_refused_with_what_is_wrong()
    {
        await using var server = await TestServer.StartAsync();
        foreach (var (file, damage, message) in new (string, Func<byte[], byte[]>, string)[]
                 {
                     ("data_level0.bin", bytes => bytes[..100], "is a file of it cut off?"), ("header.bin", bytes => [.. bytes[..20], .. new byte[80]], "as its header says"), ("header.bin", bytes => bytes[..50], "not of the version"),
                     ("index_metadata.pickle", bytes => bytes[..^40], "ends at byte"), ("index_metadata.pickle", _ => "cposix\nsystem\n(S'true'\ntR."u8.ToArray(), "instruction"),
                 })
        {
            foreach (var path in Directory.EnumerateFiles(_folder.Path, file, SearchOption.AllDirectories))
            {
                var whole = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
                await File.WriteAllBytesAsync(path, damage(whole), TestContext.Current.CancellationToken);
                Assert.Contains(message, (await Assert.ThrowsAsync<InvalidException>(() => ImportAsync(server))).Message, StringComparison.Ordinal);
                await File.WriteAllBytesAsync(path, whole, TestContext.Current.CancellationToken);
            }
        }

        Assert.Contains("no collection 'cosin'", (await Assert.ThrowsAsync<NotFoundException>(() => ImportAsync(server, "cosin"))).Message, StringComparison.Ordinal);
        Assert.Contains("no chroma.sqlite3", Assert.Throws<InvalidException>(() => new ChromaFolder("/nowhere")).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder.File("chroma.sqlite3"), "no database", TestContext.Current.CancellationToken);
        Assert.Contains("is no SQLite database", Assert.Throws<InvalidException>(() => new ChromaFolder(_folder.Path)).Message, StringComparison.Ordinal);
    }

    private static float[] Vector(int i, int size) => [.. Enumerable.Range(0, size).Select(j => ((((i * 7) + (j * 3)) % 11) - 5) / 4f)];

    private static float[] Floats(JsonElement point) => [.. point.GetProperty("vector").EnumerateArray().Select(component => component.GetSingle())];

    private static string Payload(JsonElement point) => $"{{{string.Join(',', point.GetProperty("payload").EnumerateObject().OrderBy(member => member.Name != "document").ThenBy(member => member.Name, StringComparer.Ordinal).Select(member => $"\"{member.Name}\":{member.Value.GetRawText()}"))}}}";

    private async Task<VectorImportReport> ImportAsync(TestServer server, params string[] names)
    {
        await using var source = new ChromaFolder(_folder.Path, names);
        return await new VectorImport(server.Client).BringAsync(source);
    }

    /// <summary>The points by the ids that they had.</summary>
    private static async Task<Dictionary<string, JsonElement>> PointsAsync(TestServer server, string collection)
    {
        using var answer = await server.Http.PostAsJsonAsync(new Uri($"/collections/{collection}/points/scroll", UriKind.Relative), new { limit = 1000, with_vector = true, with_payload = true });
        return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("result").GetProperty("points").EnumerateArray().ToDictionary(point => point.GetProperty("payload").GetProperty("source_id").GetString()!);
    }
}
