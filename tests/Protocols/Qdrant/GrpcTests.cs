using Grpc.Core;
using Orrery.Protocols.Qdrant.Messages;
using Xunit;

namespace Orrery.Protocols.Tests.Qdrant;

/// <summary>What a client of Qdrant's gRPC sends and reads; that REST says the same of it.</summary>
public sealed class GrpcTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_client_creates_a_collection_writes_searches_changes_and_deletes()
    {
        await using var server = await QdrantTestServer.StartAsync();
        var (collections, points) = (new Collections.CollectionsClient(server.Channel), new Points.PointsClient(server.Channel));
        await CreateAsync(collections);
        Assert.Equal(["docs"], (await collections.ListAsync(new(), cancellationToken: None)).Collections.Select(collection => collection.Name));
        Assert.True((await collections.CollectionExistsAsync(new() { CollectionName = "docs" }, cancellationToken: None)).Result.Exists);

        var upserted = await points.UpsertAsync(new()
        {
            CollectionName = "docs",
            Wait = true,
            Points =
            {
                Point(1, [1, 0], "Wings in supersonic flows", ("city", new() { StringValue = "Oslo" }), ("n", new() { IntegerValue = 7 }), ("tags", List("a", "b"))),
                Point(2, [0, 1], "The flow over a flat plate", ("city", new() { StringValue = "Rome" }), ("at", new() { StructValue = new() { Fields = { ["lat"] = new() { DoubleValue = 41.5 } } } })),
                Point(3, [0.9f, 0.1f], "Heat", ("city", new() { NullValue = NullValue.NullValue }), ("ok", new() { BoolValue = true })),
            },
        }, cancellationToken: None);
        Assert.Equal(UpdateStatus.Completed, upserted.Result.Status);

        // REST reads what gRPC wrote.
        var read = await server.DoAsync("GET", "/collections/docs/points/2");
        Assert.Equal("""{"city":"Rome","at":{"lat":41.5}}""", read["payload"]!.ToJsonString());

        var nearest = await points.QueryAsync(new()
        {
            CollectionName = "docs",
            Query = new() { Nearest = new() { Dense = new() { Data = { 1, 0 } } } },
            Using = "place",
            Limit = 2,
            WithPayload = new() { Enable = true },
            WithVectors = new() { Include = new() { Names = { "place" } } },
            Filter = new() { MustNot = { new Condition { Field = new() { Key = "city", Match = new() { Keyword = "Rome" } } } } },
        }, cancellationToken: None);
        Assert.Equal([1ul, 3], nearest.Result.Select(point => point.Id.Num));
        Assert.Equal(["a", "b"], nearest.Result[0].Payload["tags"].ListValue.Values.Select(value => value.StringValue));
        Assert.Equal([1f, 0], nearest.Result[0].Vectors.Vectors.Vectors["place"].Dense.Data);
        Assert.Equal([1f, 0], nearest.Result[0].Vectors.Vectors.Vectors["place"].Data);

        await points.SetPayloadAsync(new() { CollectionName = "docs", Wait = true, Payload = { ["n"] = new() { IntegerValue = 8 } }, PointsSelector = Ids(2, 3) }, cancellationToken: None);
        var count = await points.CountAsync(new() { CollectionName = "docs", Filter = new() { Must = { new Condition { Field = new() { Key = "n", Range = new() { Gte = 8 } } } } } }, cancellationToken: None);
        Assert.Equal(2ul, count.Result.Count);
        var page = await points.ScrollAsync(new() { CollectionName = "docs", Limit = 2, WithPayload = new() { Include = new() { Fields = { "n" } } } }, cancellationToken: None);
        Assert.Equal([1ul, 2], page.Result.Select(point => point.Id.Num));
        Assert.Equal(3ul, page.NextPageOffset.Num);
        Assert.Equal(["n"], page.Result[0].Payload.Keys);

        await points.DeleteAsync(new() { CollectionName = "docs", Wait = true, Points = new() { Filter = new() { Must = { new Condition { HasId = new() { HasId = { new PointId { Num = 3 } } } } } } } }, cancellationToken: None);
        Assert.Empty((await points.GetAsync(new() { CollectionName = "docs", Ids = { new PointId { Num = 3 } } }, cancellationToken: None)).Result);
        Assert.True((await collections.DeleteAsync(new() { CollectionName = "docs" }, cancellationToken: None)).Result);
    }

    [Fact]
    public async Task Stages_texts_orders_and_groups_are_those_of_rest()
    {
        await using var server = await QdrantTestServer.StartAsync();
        var (collections, points) = (new Collections.CollectionsClient(server.Channel), new Points.PointsClient(server.Channel));
        await CreateAsync(collections);
        await points.UpsertAsync(new()
        {
            CollectionName = "docs",
            Points = { Point(1, [1, 0], "Supersonic wings", ("g", new() { IntegerValue = 5 })), Point(2, [0, 1], "Flow over a plate", ("g", new() { IntegerValue = 5 })), Point(3, [0.9f, 0.1f], "Heat", ("g", new() { IntegerValue = 6 })) },
        }, cancellationToken: None);

        var fused = await points.QueryAsync(new()
        {
            CollectionName = "docs",
            Prefetch =
            {
                new PrefetchQuery { Query = Text("plates in a flow"), Using = "words", Limit = 5 },
                new PrefetchQuery { Query = new() { Nearest = new() { Dense = new() { Data = { 0.2f, 1 } } } }, Using = "place", Limit = 5 },
            },
            Query = new() { Fusion = Fusion.Rrf },
        }, cancellationToken: None);
        Assert.Equal([2ul, 3, 1], fused.Result.Select(point => point.Id.Num));

        var formula = await points.QueryAsync(new()
        {
            CollectionName = "docs",
            Prefetch = { new PrefetchQuery { Query = new() { Nearest = new() { Id = new() { Num = 1 } } }, Using = "place" } },
            Query = new() { Formula = new() { Expression = new() { Sum = new() { Sum = { new Expression { Variable = "$score" }, new Expression { Mult = new() { Mult = { new Expression { Constant = 10 }, new Expression { Variable = "g" } } } } } } } } },
        }, cancellationToken: None);
        Assert.Equal([3ul, 2], formula.Result.Select(point => point.Id.Num));
        Assert.Equal(60.9, formula.Result[0].Score, 3);

        var ordered = await points.QueryAsync(new() { CollectionName = "docs", Query = new() { OrderBy = new() { Key = "g", Direction = Direction.Desc } } }, cancellationToken: None);
        Assert.Equal(3ul, ordered.Result[0].Id.Num);
        var groups = await points.QueryGroupsAsync(new() { CollectionName = "docs", Query = new() { Nearest = new() { Dense = new() { Data = { 0, 1 } } } }, Using = "place", GroupBy = "g", GroupSize = 1 }, cancellationToken: None);
        Assert.Equal([5ul, 6], groups.Result.Groups.Select(group => group.Id.UnsignedValue));
        var recommended = await points.RecommendAsync(new() { CollectionName = "docs", Positive = { new PointId { Num = 1 } }, NegativeVectors = { new Vector { Data = { 0, 1 } } }, Using = "place", Limit = 1, Strategy = RecommendStrategy.BestScore }, cancellationToken: None);
        Assert.Equal([3ul], recommended.Result.Select(point => point.Id.Num));
        var searched = await points.SearchAsync(new() { CollectionName = "docs", Vector = { 0, 1 }, VectorName = "place", Limit = 1 }, cancellationToken: None);
        Assert.Equal([2ul], searched.Result.Select(point => point.Id.Num));
        var facet = await points.FacetAsync(new() { CollectionName = "docs", Key = "g" }, cancellationToken: None);
        Assert.Equal([(5L, 2ul), (6L, 1ul)], facet.Hits.Select(hit => (hit.Value.IntegerValue, hit.Count)));
    }

    [Fact]
    public async Task What_a_collection_is_is_read_back()
    {
        await using var server = await QdrantTestServer.StartAsync();
        var (collections, points) = (new Collections.CollectionsClient(server.Channel), new Points.PointsClient(server.Channel));
        await CreateAsync(collections);
        await points.CreateFieldIndexAsync(new() { CollectionName = "docs", FieldName = "city", FieldType = FieldType.Keyword }, cancellationToken: None);
        await collections.UpdateAliasesAsync(new() { Actions = { new AliasOperations { CreateAlias = new() { AliasName = "papers", CollectionName = "docs" } } } }, cancellationToken: None);
        var info = (await collections.GetAsync(new() { CollectionName = "papers" }, cancellationToken: None)).Result;
        Assert.Equal(CollectionStatus.Green, info.Status);
        var vector = info.Config.Params.VectorsConfig.ParamsMap.Map["place"];
        Assert.Equal((2ul, Distance.Dot, 24ul), (vector.Size, vector.Distance, info.Config.HnswConfig.M));
        Assert.Equal(QuantizationType.Int8, vector.QuantizationConfig.Scalar.Type);
        Assert.Equal(Modifier.Idf, info.Config.Params.SparseVectorsConfig.Map["words"].Modifier);
        Assert.Equal(PayloadSchemaType.Keyword, info.PayloadSchema["city"].DataType);
        Assert.Equal("docs", (await collections.ListAliasesAsync(new(), cancellationToken: None)).Aliases.Single().CollectionName);
        Assert.Equal("orrery", (await new Protocols.Qdrant.Messages.Qdrant.QdrantClient(server.Channel).HealthCheckAsync(new(), cancellationToken: None)).Title);
        var snapshots = new Snapshots.SnapshotsClient(server.Channel);
        var made = await snapshots.CreateAsync(new() { CollectionName = "docs" }, cancellationToken: None);
        Assert.Equal(made.SnapshotDescription, (await snapshots.ListAsync(new() { CollectionName = "docs" }, cancellationToken: None)).SnapshotDescriptions.Single());
    }

    [Fact]
    public async Task Refusals_are_statuses_with_their_reason()
    {
        await using var server = await QdrantTestServer.StartAsync();
        var (collections, points) = (new Collections.CollectionsClient(server.Channel), new Points.PointsClient(server.Channel));
        await CreateAsync(collections);
        await RefusedAsync(StatusCode.NotFound, "none", () => points.CountAsync(new() { CollectionName = "none" }).ResponseAsync);
        await RefusedAsync(StatusCode.AlreadyExists, "docs", () => CreateAsync(collections));
        await RefusedAsync(StatusCode.InvalidArgument, "dim", () => points.UpsertAsync(new() { CollectionName = "docs", Points = { Point(1, [1, 2, 3], "a") } }).ResponseAsync);
        await RefusedAsync(StatusCode.InvalidArgument, "Empty ID", () => points.UpsertAsync(new() { CollectionName = "docs", Points = { new PointStruct() } }).ResponseAsync);
        await RefusedAsync(StatusCode.InvalidArgument, "finite", () => points.QueryAsync(new() { CollectionName = "docs", Using = "place", Query = new() { Nearest = new() { Dense = new() { Data = { float.NaN, 0 } } } } }).ResponseAsync);
        await RefusedAsync(StatusCode.Unimplemented, "other/model", () => points.QueryAsync(new() { CollectionName = "docs", Query = new() { Nearest = new() { Document = new() { Text = "a", Model = "other/model" } } } }).ResponseAsync);
        await RefusedAsync(StatusCode.InvalidArgument, "points", () => points.DeleteAsync(new() { CollectionName = "docs" }).ResponseAsync);
    }

    private static async Task RefusedAsync(StatusCode status, string reason, Func<Task> call)
    {
        var error = await Assert.ThrowsAsync<RpcException>(call);
        Assert.Equal(status, error.StatusCode);
        Assert.Contains(reason, error.Status.Detail, StringComparison.Ordinal);
    }

    private static async Task CreateAsync(Collections.CollectionsClient collections) => await collections.CreateAsync(new()
    {
        CollectionName = "docs",
        VectorsConfig = new() { ParamsMap = new() { Map = { ["place"] = new() { Size = 2, Distance = Distance.Dot, QuantizationConfig = new() { Scalar = new() { Type = QuantizationType.Int8, Quantile = 0.99f } } } } } },
        SparseVectorsConfig = new() { Map = { ["words"] = new() { Modifier = Modifier.Idf } } },
        HnswConfig = new() { M = 24 },
    }, cancellationToken: None);

    private static Query Text(string text) => new() { Nearest = new() { Document = new() { Text = text, Model = "qdrant/bm25" } } };

    private static PointsSelector Ids(params ulong[] ids) => new() { Points = new() { Ids = { ids.Select(id => new PointId { Num = id }) } } };

    private static Value List(params string[] values) => new() { ListValue = new() { Values = { values.Select(value => new Value { StringValue = value }) } } };

    private static PointStruct Point(ulong id, float[] place, string text, params (string Name, Value Value)[] payload)
    {
        var point = new PointStruct
        {
            Id = new() { Num = id },
            // One as clients say it now, the other as they did.
            Vectors = new() { Vectors_ = new() { Vectors = { ["place"] = id % 2 == 0 ? new() { Data = { place } } : new() { Dense = new() { Data = { place } } }, ["words"] = new() { Document = new() { Text = text, Model = "qdrant/bm25" } } } } },
        };
        foreach (var (name, value) in payload)
            point.Payload.Add(name, value);
        return point;
    }
}
