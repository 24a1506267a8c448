using System.Text.Json;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads the requests that were there before the query API, which older clients send.</summary>
internal static class OlderQueryReader
{
    public static QueryStage Search(JsonElement body)
    {
        var vector = body.Required("vector");
        // {"name": …, "vector": …}, or the vector itself.
        var isNamed = vector.ValueKind == JsonValueKind.Object && vector.Member("name") is not null;
        return QueryReader.Common(body, "limit") with
        {
            Ranking = new Nearest(new GivenVector(PointReader.Vector(isNamed ? vector.Required("vector") : vector))),
            Using = isNamed ? vector.Required("name").Text("name") : Point.Unnamed,
        };
    }

    public static QueryStage Recommend(JsonElement body) =>
        QueryReader.Common(body, "limit") with { Ranking = RankingReader.Recommend(body), Using = Using(body) };

    public static QueryStage Discover(JsonElement body)
    {
        var context = RankingReader.Pairs(body.Member("context"));
        return QueryReader.Common(body, "limit") with
        {
            Ranking = body.Member("target") is { } target ? new Discover(QueryReader.Input(target), context) : new ByContext(context),
            Using = Using(body),
        };
    }

    private static string Using(JsonElement body) => body.Member("using")?.Text("using") ?? Point.Unnamed;
}
