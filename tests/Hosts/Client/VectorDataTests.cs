using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData;
using Orrery.Client.VectorData;
using Orrery.Hosts.Tests.Server;
using Xunit;

namespace Orrery.Hosts.Tests.Client;

public sealed class VectorDataTests
{
    private static readonly Guid[] Keys = [.. Enumerable.Range(1, 4).Select(i => new Guid(i, 0, 0, new byte[8]))];

    private static readonly Hotel[] Hotels =
    [
        new() { Key = Keys[0], Name = "Fjord", City = "Oslo", Stars = 4, Price = 120.5, Tags = ["sea", "bar"], HasPool = true, Opened = new(2001, 2, 3, 4, 5, 6, TimeSpan.Zero), Vector = new float[] { 1, 0, 0 } },
        new() { Key = Keys[1], Name = "Nord", City = "Oslo", Stars = 3, Price = 80, Tags = [], Opened = new(2010, 1, 1, 0, 0, 0, TimeSpan.Zero), Vector = new float[] { 0.9f, 0.1f, 0 } },
        new() { Key = Keys[2], Name = "Roma", City = "Rome", Stars = 5, Price = 300, Tags = ["bar"], HasPool = true, Opened = new(1990, 1, 1, 0, 0, 0, TimeSpan.Zero), Vector = new float[] { 0, 1, 0 } },
        new() { Key = Keys[3], Name = "Bare", Stars = 1, Price = 10.25, Opened = new(2020, 1, 1, 0, 0, 0, TimeSpan.Zero), Vector = new float[] { 0, 0, 1 } },
    ];

    [Fact]
    public async Task Records_come_back_as_they_were_written()
    {
        await using var server = await TestServer.StartAsync();
        var hotels = await FilledAsync(server);

        Assert.Equivalent(Hotels[0], await hotels.GetAsync(Keys[0], new() { IncludeVectors = true }), strict: true);
        Assert.True((await hotels.GetAsync(Keys[3]))!.Vector.IsEmpty);
        Assert.Null((await hotels.GetAsync(Keys[3]))!.City);
        Assert.Equal(2, await hotels.GetAsync([Keys[1], Keys[2], Guid.NewGuid()]).CountAsync());
        await hotels.DeleteAsync([Keys[1]]);
        Assert.Null(await hotels.GetAsync(Keys[1]));
        // Other clients see the vector without a name, and the fields under their storage names.
        var point = (await server.Http.GetFromJsonAsync<JsonElement>(new Uri($"/collections/hotels/points/{Keys[0]}", UriKind.Relative))).GetProperty("result");
        Assert.Equal((JsonValueKind.Array, "Oslo"), (point.GetProperty("vector").ValueKind, point.GetProperty("payload").GetProperty("town").GetString()));
    }

    [Fact]
    public async Task Keywords_and_vectors_find_together_and_records_with_texts_come_back_as_they_were()
    {
        await using var server = await TestServer.StartAsync();
        var abstracts = new OrreryVectorStore(server.Client).GetCollection<ulong, Abstract>("abstracts");
        await abstracts.EnsureCollectionExistsAsync();
        await abstracts.UpsertAsync([
            new Abstract { Key = 1, Text = "Wings in supersonic flow", Vector = new float[] { 1, 0 } },
            new Abstract { Key = 2, Text = "Boundary layers on a flat plate", Vector = new float[] { 0.9f, 0.2f } },
            new Abstract { Key = 3, Text = "Heat transfer behind a shock", Vector = new float[] { 0, 1 } },
            new Abstract { Key = 4, Text = null, Vector = new float[] { 0.5f, 0.5f } },
        ]);
        var hybrid = (IKeywordHybridSearchable<Abstract>)abstracts;

        var found = await hybrid.HybridSearchAsync(new float[] { 1, 0 }, ["plates", "layer"], 2, new() { IncludeVectors = true }).ToListAsync();

        // First by words and second by vector before first by vector alone.
        Assert.Equal([2UL, 1UL], found.Select(result => result.Record.Key));
        Assert.True(found[0].Score > found[1].Score);
        Assert.Equal([0.9f, 0.2f], found[0].Record.Vector.ToArray().Select(component => MathF.Round(component * MathF.Sqrt(0.85f), 4)));
        Assert.Equal("Boundary layers on a flat plate", found[0].Record.Text);
        Assert.Equal([3UL], await hybrid.HybridSearchAsync(new float[] { 1, 0 }, ["shock"], 5, new() { Filter = one => one.Key == 3 }).Select(result => result.Record.Key).ToListAsync());
        Assert.Null((await abstracts.GetAsync(4))!.Text);
        Assert.Equal(4, await abstracts.SearchAsync(new float[] { 1, 0 }, 10).CountAsync());
    }

    [Fact]
    public async Task Keywords_need_a_text_that_is_indexed_for_them()
    {
        await using var server = await TestServer.StartAsync();
        var hotels = await FilledAsync(server);
        await Assert.ThrowsAsync<InvalidOperationException>(() => ((IKeywordHybridSearchable<Hotel>)hotels).HybridSearchAsync(new float[] { 1, 0, 0 }, ["sea"], 1).ToListAsync().AsTask());
    }

    [Fact]
    public async Task Filters_are_evaluated_by_the_server()
    {
        await using var server = await TestServer.StartAsync();
        var hotels = await FilledAsync(server);
        var cities = new[] { "Rome", "Bern" };
        var since = new DateTimeOffset(2001, 2, 3, 4, 5, 6, TimeSpan.Zero);

        Assert.Equal("Fjord Nord", await NamesAsync(h => h.City == "Oslo"));
        Assert.Equal("Bare Roma", await NamesAsync(h => h.City != "Oslo"));
        Assert.Equal("Fjord", await NamesAsync(h => h.City == "Oslo" && h.Stars >= 4));
        Assert.Equal("Bare Roma", await NamesAsync(h => h.Stars > 4 || h.Price < 20));
        Assert.Equal("Fjord Roma", await NamesAsync(h => h.HasPool));
        Assert.Equal("Bare Nord", await NamesAsync(h => !h.HasPool));
        Assert.Equal("Roma", await NamesAsync(h => cities.Contains(h.City)));
        Assert.Equal("Fjord Roma", await NamesAsync(h => h.Tags.Contains("bar")));
        Assert.Equal("Bare", await NamesAsync(h => h.City == null));
        Assert.Equal("Fjord Nord Roma", await NamesAsync(h => h.City != null));
        Assert.Equal("Fjord", await NamesAsync(h => h.Price == 120.5));
        Assert.Equal("Bare Fjord Nord", await NamesAsync(h => h.Opened >= since));
        Assert.Equal("Bare Nord", await NamesAsync(h => since < h.Opened));
        Assert.Equal("Nord", await NamesAsync(h => h.Key == Keys[1]));
        Assert.Equal("Bare Fjord Nord Roma", await NamesAsync(h => true));
        Assert.Equal(["Roma", "Fjord"], await hotels.GetAsync(h => true, 2, new() { OrderBy = order => order.Descending(h => h.Price) }).Select(h => h.Name).ToListAsync());
        Assert.Equal(["Fjord"], await hotels.GetAsync(h => true, 1, new() { Skip = 1, OrderBy = order => order.Descending(h => h.Price) }).Select(h => h.Name).ToListAsync());
        Assert.Contains("cannot be part of a filter", (await Assert.ThrowsAsync<NotSupportedException>(() => NamesAsync(h => h.Name!.StartsWith('F')))).Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotSupportedException>(() => NamesAsync(h => h.Stars * 2 == 6));

        async Task<string> NamesAsync(System.Linq.Expressions.Expression<Func<Hotel, bool>> filter) => string.Join(' ', (await hotels.GetAsync(filter, 10).Select(h => h.Name).ToListAsync()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_search_scores_as_the_property_says()
    {
        await using var server = await TestServer.StartAsync();
        var hotels = await FilledAsync(server);
        var query = new ReadOnlyMemory<float>([1, 0, 0]);

        var found = await hotels.SearchAsync(query, 3).ToListAsync();
        Assert.Equal(["Fjord", "Nord"], found.Take(2).Select(result => result.Record.Name));
        // Cosine distance: the least is the nearest.
        Assert.Equal(0, found[0].Score!.Value, 1e-6);
        Assert.Equal(1 - (0.9 / Math.Sqrt(0.82)), found[1].Score!.Value, 1e-6);
        Assert.Equal(["Nord"], await hotels.SearchAsync(query, 3, new() { Skip = 1, ScoreThreshold = 0.5 }).Select(result => result.Record.Name).ToListAsync());
        Assert.Equal(["Roma"], await hotels.SearchAsync(query, 3, new() { Filter = h => h.City == "Rome" }).Select(result => result.Record.Name).ToListAsync());
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await hotels.SearchAsync("a text", 3).ToListAsync());
        Assert.Contains("expected dim", (await Assert.ThrowsAsync<VectorStoreException>(async () => await hotels.SearchAsync(new ReadOnlyMemory<float>([1]), 3).ToListAsync())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Texts_become_vectors_by_the_generator_that_the_store_has()
    {
        await using var server = await TestServer.StartAsync();
        var notes = new OrreryVectorStore(server.Client, new Letters()).GetCollection<ulong, Note>("notes");
        await notes.EnsureCollectionExistsAsync();
        await notes.UpsertAsync([new() { Key = 1, Title = "b", Body = "aaab" }, new() { Key = ulong.MaxValue, Title = "c", Body = "ccc" }]);

        Assert.Equal([1ul], await notes.SearchAsync("aab", 1, new() { VectorProperty = note => note.Body }).Select(result => result.Record.Key).ToListAsync());
        Assert.Equal([ulong.MaxValue], await notes.SearchAsync("c", 1, new() { VectorProperty = note => note.Title }).Select(result => result.Record.Key).ToListAsync());
    }

    [Fact]
    public async Task Records_without_a_type_are_dictionaries()
    {
        await using var server = await TestServer.StartAsync();
        var store = new OrreryVectorStore(server.Client);
        var things = store.GetDynamicCollection("things", new()
        {
            Properties = [new VectorStoreKeyProperty("id", typeof(ulong)), new VectorStoreDataProperty("size", typeof(int)), new VectorStoreVectorProperty("v", typeof(float[]), 2) { DistanceFunction = DistanceFunction.EuclideanDistance }],
        });
        await things.EnsureCollectionExistsAsync();
        await things.EnsureCollectionExistsAsync();
        await things.UpsertAsync(new Dictionary<string, object?> { ["id"] = 5ul, ["size"] = 7, ["v"] = new float[] { 3, 4 } });

        var found = Assert.Single(await things.SearchAsync(new float[] { 0, 0 }, 5, new() { Filter = thing => (int)thing["size"]! == 7 }).ToListAsync());
        Assert.Equal((5.0, 5ul, 7), (found.Score, found.Record["id"], found.Record["size"]));
        Assert.Equal(["things"], await store.ListCollectionNamesAsync().ToListAsync());
        Assert.True(await things.CollectionExistsAsync());
        await store.EnsureCollectionDeletedAsync("things");
        await things.EnsureCollectionDeletedAsync();
        Assert.False(await store.CollectionExistsAsync("things"));
        Assert.Equal("things", things.GetService(typeof(VectorStoreCollectionMetadata)) is VectorStoreCollectionMetadata metadata ? metadata.CollectionName : null);
    }

    [Fact]
    public void Records_that_cannot_be_kept_are_refused()
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        var store = new OrreryVectorStore(new(http, new("http://127.0.0.1:1")));
        Assert.Contains("expected ulong or Guid", Assert.Throws<NotSupportedException>(() => store.GetCollection<string, Wrong>("x")).Message, StringComparison.Ordinal);
    }

    private static async Task<VectorStoreCollection<Guid, Hotel>> FilledAsync(TestServer server)
    {
        var hotels = new OrreryVectorStore(server.Client).GetCollection<Guid, Hotel>("hotels");
        await hotels.EnsureCollectionExistsAsync();
        await hotels.UpsertAsync(Hotels);
        return hotels;
    }

    internal sealed class Hotel
    {
        [VectorStoreKey]
        public Guid Key { get; set; }

        [VectorStoreData]
        public string? Name { get; set; }

        [VectorStoreData(StorageName = "town")]
        public string? City { get; set; }

        [VectorStoreData]
        public int Stars { get; set; }

        [VectorStoreData]
        public double Price { get; set; }

        [VectorStoreData]
        public bool HasPool { get; set; }

        [VectorStoreData]
        public List<string> Tags { get; set; } = [];

        [VectorStoreData]
        public DateTimeOffset Opened { get; set; }

        [VectorStoreVector(3, DistanceFunction = DistanceFunction.CosineDistance)]
        public ReadOnlyMemory<float> Vector { get; set; }
    }

    internal sealed class Note
    {
        [VectorStoreKey]
        public ulong Key { get; set; }

        [VectorStoreVector(3)]
        public string? Title { get; set; }

        [VectorStoreVector(3)]
        public string? Body { get; set; }
    }

    internal sealed class Wrong
    {
        [VectorStoreKey]
        public string Key { get; set; } = "";

        [VectorStoreVector(3)]
        public float[]? Vector { get; set; }
    }

    /// <summary>How often a, b and c stand in a text.</summary>
    private sealed class Letters : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default) =>
            Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(values.Select(text => new Embedding<float>("abc".Select(letter => (float)text.Count(c => c == letter)).ToArray()))));

        public object? GetService(Type serviceType, object? serviceKey = null) => serviceType.IsInstanceOfType(this) ? this : null;

        public void Dispose()
        {
        }
    }

    private sealed class Abstract
    {
        [VectorStoreKey]
        public ulong Key { get; set; }

        [VectorStoreData(IsFullTextIndexed = true)]
        public string? Text { get; set; }

        [VectorStoreVector(2)]
        public ReadOnlyMemory<float> Vector { get; set; }
    }
}
