using System.Text.Json;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads queries with their stages.</summary>
internal static class QueryReader
{
    private const int MostStages = 64;

    public static QueryStage Read(JsonElement body) => Stage(body, 0);

    public static Wanted Wanted(JsonElement body) => new(Payload(body.Member("with_payload")), Vectors(body.Member("with_vector") ?? body.Member("with_vectors")));

    public static PayloadSelection Payload(JsonElement? selector, bool otherwise = false)
    {
        if (selector is not { } value)
            return otherwise ? PayloadSelection.All : PayloadSelection.None;
        switch (value.ValueKind)
        {
            case JsonValueKind.True:
                return PayloadSelection.All;
            case JsonValueKind.False:
                return PayloadSelection.None;
            case JsonValueKind.Array:
                return new(true, [.. value.EnumerateArray().Select(path => path.Path("with_payload"))]);
            default:
                if (value.Member("include") is { } include)
                    return new(true, [.. include.Items("include").Select(path => path.Path("include"))]);
                return new(true, null, [.. value.Required("exclude").Items("exclude").Select(path => path.Path("exclude"))]);
        }
    }

    public static VectorSelection Vectors(JsonElement? selector) => selector switch
    {
        null or { ValueKind: JsonValueKind.False } => VectorSelection.None,
        { ValueKind: JsonValueKind.True } => VectorSelection.All,
        { } names => new([.. names.Items("with_vector").Select(name => name.Text("with_vector"))]),
    };

    public static OrderBy Order(JsonElement order)
    {
        if (order.ValueKind == JsonValueKind.String)
            return new(order.Path("order_by"));
        double? start = order.Member("start_from") is not { } from ? null : from.ValueKind == JsonValueKind.String ? RangeReader.Moment(from, "start_from") : from.Number("start_from");
        var direction = order.Member("direction")?.Text("direction") ?? "asc";
        return direction is "asc" or "desc"
            ? new(order.Required("key").Path("key"), direction == "desc", start)
            : throw QdrantRefusal.Format($"unknown variant `{direction}`, expected `asc` or `desc`");
    }

    public static LookupLocation? Lookup(JsonElement? location) => location is { } place ? new(place.Required("collection").Text("collection"), place.Member("vector")?.Text("vector")) : null;

    public static VectorInput Input(JsonElement input) => input.ValueKind == JsonValueKind.Array && (input.GetArrayLength() == 0 || input.EnumerateArray().Any(row => row.ValueKind == JsonValueKind.Array && row.GetArrayLength() == 0))
        ? throw QdrantRefusal.BadRequest("Expected a vector with components in the query; it is empty")
        : input.ValueKind is JsonValueKind.Number or JsonValueKind.String
        ? new PointVector(PointReader.Id(input))
        : new GivenVector(PointReader.Vector(input, TextUse.Query));

    /// <summary>The effort, the filter and the bounds that all searches share.</summary>
    public static QueryStage Common(JsonElement body, string limitPath = "internal.limit")
    {
        var effort = body.Member("params");
        return new()
        {
            Filter = FilterReader.Read(body.Member("filter")),
            Exact = effort?.Member("exact")?.Truth("exact") ?? false,
            Ef = effort?.Member("hnsw_ef")?.Whole("internal.params.hnsw_ef", 1),
            Oversampling = Oversampling(effort?.Member("quantization")),
            IgnoresCodes = effort?.Member("quantization")?.Member("ignore")?.Truth("ignore") ?? false,
            IndexedOnly = effort?.Member("indexed_only")?.Truth("indexed_only") ?? false,
            ScoreThreshold = (float?)body.Member("score_threshold")?.Number("score_threshold"),
            Limit = body.Member("limit")?.Whole(limitPath, 1) ?? 10,
            Offset = body.Member("offset")?.Whole("offset") ?? 0,
            IdfCorpus = effort?.Member("idf") is { ValueKind: JsonValueKind.Object } idf ? FilterReader.Read(idf.Required("corpus")) : null,
            Lookup = Lookup(body.Member("lookup_from")),
        };
    }

    // Without a second look at what codes find would be less exact, and no faster here.
    private static double? Oversampling(JsonElement? quantization)
    {
        if (quantization is not { } given)
            return null;
        given.Member("rescore")?.Truth("rescore");
        var factor = given.Member("oversampling")?.Number("oversampling");
        return factor is null or >= 1 ? factor : throw QdrantRefusal.Validation("internal.params.quantization.oversampling", $"value {factor} invalid, must be 1.0 or larger");
    }

    private static QueryStage Stage(JsonElement body, int depth)
    {
        if (depth > MostStages)
            throw QdrantRefusal.Format($"prefetches are nested deeper than {MostStages} levels");
        var stage = Common(body) with
        {
            Prefetch = body.Member("prefetch") is { } prefetch ? [.. prefetch.OneOrMany().Select(inner => Stage(inner, depth + 1))] : [],
            Ranking = body.Member("query") is { } query ? RankingReader.Read(query) : null,
            Using = body.Member("using")?.Text("using") ?? Point.Unnamed,
        };
        Check(stage, body);
        return stage;
    }

    private static void Check(QueryStage stage, JsonElement body)
    {
        if (stage.Ranking is null && stage.Prefetch.Count > 0)
            throw QdrantRefusal.BadRequest("A query is needed to merge the prefetches. Can't have prefetches without defining a query.");
        if (stage.Ranking is null && stage.ScoreThreshold is not null)
            throw QdrantRefusal.BadRequest("A query is needed to use the score_threshold. Can't have score_threshold without defining a query.");
        if (stage.Ranking is OrderBy && stage.ScoreThreshold is not null)
            throw QdrantRefusal.BadRequest("Can't use score_threshold with an order_by query.");
        if (stage.Ranking is ReciprocalRankFusion or DistributionFusion && body.Member("using") is not null)
            throw QdrantRefusal.BadRequest("Fusion queries cannot be combined with the 'using' field.");
    }
}
