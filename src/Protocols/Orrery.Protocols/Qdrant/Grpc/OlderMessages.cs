using System.Text.Json;
using Google.Protobuf;
using Google.Protobuf.Collections;
using Orrery.Protocols.Qdrant.Messages;
using Orrery.Protocols.Qdrant.Reading;
using Domain = Orrery.Search.Points;
using Queries = Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Reads the requests of before the query API, whose vectors stand elsewhere than in REST.</summary>
internal static class OlderMessages
{
    public static Queries.QueryStage Search(SearchPoints request) => Nearest(request, request.Vector, request.SparseIndices, request.VectorName);

    public static Queries.QueryStage Search(SearchPointGroups request) => Nearest(request, request.Vector, request.SparseIndices, request.VectorName);

    /// <summary>Examples by id and by vector stand in two lists each.</summary>
    public static Queries.QueryStage Recommend(JsonElement body, string vector)
    {
        var strategy = body.Member("strategy")?.Word<Queries.RecommendStrategy>("strategy") ?? Queries.RecommendStrategy.AverageVector;
        var (positive, negative) = (Inputs(body, "positive"), Inputs(body, "negative"));
        if (positive.Count + negative.Count == 0 || strategy == Queries.RecommendStrategy.AverageVector && positive.Count == 0)
            throw QdrantRefusal.BadRequest("At least one positive vector ID required with this strategy");
        return QueryReader.Common(body, "limit") with { Ranking = new Queries.Recommend(positive, negative, strategy), Using = vector };
    }

    private static Queries.QueryStage Nearest(IMessage request, RepeatedField<float> values, SparseIndices? indices, string vector)
    {
        using var body = MessageJson.Of(request);
        Domain.VectorValue value = indices is null ? new Domain.DenseVector([.. values]) : new Domain.SparseVector([.. indices.Data], [.. values]);
        return QueryReader.Common(body.RootElement, "limit") with { Ranking = new Queries.Nearest(new Queries.GivenVector(value)), Using = vector };
    }

    private static List<Queries.VectorInput> Inputs(JsonElement body, string name) =>
    [
        .. body.Member(name) is { } ids ? ids.Items(name).Select(QueryReader.Input) : [],
        .. body.Member(name + "_vectors") is { } vectors ? vectors.Items(name).Select(QueryReader.Input) : [],
    ];
}
