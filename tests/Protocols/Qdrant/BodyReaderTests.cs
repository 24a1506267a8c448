using System.Text;
using System.Text.Json;
using Orrery.Protocols.Qdrant.Reading;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Xunit;

namespace Orrery.Protocols.Tests.Qdrant;

/// <summary>What is read without a document is what a document says, and what cannot be is left to the document.</summary>
public sealed class BodyReaderTests
{
    [Theory]
    [InlineData("""{"points":[]}""")]
    [InlineData("""{"points":[{"id":1,"vector":[0.1,-2e3,3]}]}""")]
    [InlineData("""{ "points" : [ {"payload":{"a":[1,{"b":"}]"}]},"vector":[1],"id":18446744073709551615}, {"id":"550e8400-e29b-41d4-a716-446655440000","vector":{"a":[1,2],"":[3]},"payload":null} ] }""")]
    [InlineData("""{"points":[{"id":1,"vector":[1,2]},{"id":2,"vector":[3,4,5,6,7]},{"id":3,"vector":[8],"payload":{}}]}""")]
    public void A_plain_upsert_is_read_as_its_document_says(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var fast = UpsertReader.TryRead(bytes);
        using var document = JsonDocument.Parse(bytes);
        Assert.NotNull(fast);
        AssertSame((UpsertPoints)OperationReader.Upsert(document.RootElement), fast);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"points":[{"id":-1,"vector":[1]}]}""")]
    [InlineData("""{"points":[{"id":"no","vector":[1]}]}""")]
    [InlineData("""{"points":[{"id":1}]}""")]
    [InlineData("""{"points":[{"vector":[1]}]}""")]
    [InlineData("""{"points":[{"id":1,"vector":[]}]}""")]
    [InlineData("""{"points":[{"id":1,"vector":["1"]}]}""")]
    [InlineData("""{"points":[{"id":1,"vector":[[1],[2]]}]}""")]
    [InlineData("""{"points":[{"id":1,"vector":{"indices":[1],"values":[2]}}]}""")]
    [InlineData("""{"points":[{"id":1,"vector":{"text":"a","model":"b"}}]}""")]
    [InlineData("""{"points":[{"id":1,"vector":[1],"payload":[1]}]}""")]
    [InlineData("""{"points":[{"id":1,"vector":[1],"other":1}]}""")]
    [InlineData("""{"points":[{"id":1,"vector":[1]}],"update_mode":"insert_only"}""")]
    [InlineData("""{"points":[{"id":1,"vector":[1]}]""")]
    [InlineData("""{"points":[{"id":1,"vector":[1]}]}x""")]
    [InlineData("""{"batch":{"ids":[1],"vectors":[[1]]}}""")]
    public void What_is_not_plain_is_left_to_the_document(string body) => Assert.Null(UpsertReader.TryRead(Encoding.UTF8.GetBytes(body)));

    [Theory]
    [InlineData("""{"query":[1,2.5,-3e-2],"limit":7,"with_payload":true,"with_vector":false,"params":{"hnsw_ef":64},"using":"a"}""")]
    [InlineData("""{"limit":1,"query":[0.25]}""")]
    [InlineData("""{"query":[1],"params":{},"with_vectors":true}""")]
    public void A_plain_search_is_read_as_its_document_says(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        Assert.NotNull(SearchReader.TryRead(bytes, "query"u8));
        var (query, wanted) = SearchReader.TryRead(bytes, "query"u8)!.Value;
        using var document = JsonDocument.Parse(bytes);
        var expected = QueryReader.Read(document.RootElement);
        Assert.Equal(Vector(expected), Vector(query));
        Assert.Equal(expected with { Ranking = null, Prefetch = [] }, query with { Ranking = null, Prefetch = [] });
        Assert.Equal(QueryReader.Wanted(document.RootElement), wanted);
    }

    [Theory]
    [InlineData("""{"query":[],"limit":1}""")]
    [InlineData("""{"query":7}""")]
    [InlineData("""{"query":[[1]]}""")]
    [InlineData("""{"query":[1],"limit":0}""")]
    [InlineData("""{"query":[1],"filter":{"must":[]}}""")]
    [InlineData("""{"query":[1],"params":{"exact":true}}""")]
    [InlineData("""{"query":[1],"params":{"hnsw_ef":0}}""")]
    [InlineData("""{"query":[1],"with_payload":["a"]}""")]
    [InlineData("""{"query":[1],"limit":1} {}""")]
    [InlineData("""{"limit":1}""")]
    public void A_search_that_is_not_plain_is_left_to_the_document(string body) => Assert.Null(SearchReader.TryRead(Encoding.UTF8.GetBytes(body), "query"u8));

    private static float[] Vector(QueryStage stage) => ((DenseVector)((GivenVector)((Nearest)stage.Ranking!).Target).Vector).Values;

    private static void AssertSame(UpsertPoints expected, UpsertPoints actual)
    {
        Assert.Equal(expected.Points.Select(point => point.Id), actual.Points.Select(point => point.Id));
        Assert.Equal(expected.Points.Select(point => Encoding.UTF8.GetString(point.Payload.Span)), actual.Points.Select(point => Encoding.UTF8.GetString(point.Payload.Span)));
        Assert.All(expected.Points.Zip(actual.Points), pair =>
        {
            Assert.Equal(pair.First.Vectors.Keys, pair.Second.Vectors.Keys);
            Assert.All(pair.First.Vectors, vector => Assert.Equal(((DenseVector)vector.Value).Values, ((DenseVector)pair.Second.Vectors[vector.Key]).Values));
        });
    }
}
