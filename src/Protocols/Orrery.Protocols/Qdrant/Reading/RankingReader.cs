using System.Text.Json;
using Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads how a query ranks.</summary>
internal static class RankingReader
{
    public static Ranking Read(JsonElement query)
    {
        if (query.ValueKind != JsonValueKind.Object || PointReader.IsSparse(query) || query.TryGetProperty("text"u8, out _) || query.TryGetProperty("model"u8, out _))
            return new Nearest(QueryReader.Input(query));
        if (query.Member("nearest") is { } nearest)
            return new Nearest(QueryReader.Input(nearest), query.Member("mmr") is { } mmr ? Mmr(mmr) : null);
        if (query.Member("recommend") is { } recommend)
            return Recommend(recommend);
        if (query.Member("discover") is { } discover)
            return new Discover(QueryReader.Input(discover.Required("target")), Pairs(discover.Member("context")));
        if (query.TryGetProperty("context"u8, out var context))
            return new ByContext(Pairs(context));
        if (query.Member("order_by") is { } order)
            return QueryReader.Order(order);
        if (query.Member("fusion") is { } fusion)
            return Fusion(fusion.Text("fusion"));
        if (query.Member("rrf") is { } rrf)
            return new ReciprocalRankFusion(rrf.Member("k")?.Whole("internal.query.rrf.k", 1) ?? ReciprocalRankFusion.DefaultK, Weights(rrf.Member("weights")));
        if (query.Member("formula") is { } formula)
            return new ByFormula(FormulaReader.Read(formula), Defaults(query.Member("defaults")));
        if (query.Member("sample") is { } sample)
            return sample.Text("sample") == "random" ? new RandomSample() : throw QdrantRefusal.Format("unknown variant for `sample`, expected `random`");
        if (query.Member("relevance_feedback") is { } feedback)
            return Feedback(feedback);
        throw QdrantRefusal.Format("data did not match any variant of untagged enum QueryInterface");
    }

    /// <summary>Pairs of examples: one, several, or none.</summary>
    public static List<ContextPair> Pairs(JsonElement? pairs) => pairs is not { ValueKind: not JsonValueKind.Null } given
        ? []
        : [.. given.OneOrMany().Select(pair => new ContextPair(QueryReader.Input(pair.Required("positive")), QueryReader.Input(pair.Required("negative"))))];

    public static Ranking Recommend(JsonElement recommend)
    {
        var positive = Inputs(recommend, "positive");
        var negative = Inputs(recommend, "negative");
        var strategy = recommend.Member("strategy")?.Word<RecommendStrategy>("strategy") ?? RecommendStrategy.AverageVector;
        if (strategy == RecommendStrategy.AverageVector && positive.Count == 0)
            throw QdrantRefusal.Validation("internal.query.recommend", "Validation error: At least one positive vector ID required with this strategy");
        if (positive.Count + negative.Count == 0)
            throw QdrantRefusal.Validation("internal.query.recommend", "Validation error: At least one positive or negative vector ID required");
        return new Recommend(positive, negative, strategy);
    }

    private static RelevanceFeedback Feedback(JsonElement feedback)
    {
        var judged = feedback.Required("feedback").Items("feedback").Select(one => new JudgedExample(QueryReader.Input(one.Required("example")), (float)one.Required("score").Number("score"))).ToList();
        if (judged.Count == 0)
            throw QdrantRefusal.Validation("internal.query.relevance_feedback", "Validation error: feedback elements must be non-empty");
        var naive = feedback.Required("strategy").Required("naive");
        var exponent = naive.Required("b").Number("b");
        if (exponent < 0)
            throw QdrantRefusal.Validation("internal.query.relevance_feedback.strategy.naive.b", string.Create(System.Globalization.CultureInfo.InvariantCulture, $"value {exponent:0.0###} invalid, must be 0.0 or larger"));
        return new(QueryReader.Input(feedback.Required("target")), judged, (float)naive.Required("a").Number("a"), (float)exponent, (float)naive.Required("c").Number("c"));
    }

    private static List<VectorInput> Inputs(JsonElement recommend, string name) =>
        recommend.Member(name) is { } inputs ? [.. inputs.Items(name).Select(QueryReader.Input)] : [];

    private static Diversity Mmr(JsonElement mmr)
    {
        var share = mmr.Member("diversity")?.Number("diversity") ?? 0.5;
        if (share is < 0 or > 1)
            throw QdrantRefusal.Validation("internal.query.mmr.diversity", $"value {share:0.0###} invalid, must be from 0.0 to 1.0");
        var candidates = mmr.Member("candidates_limit")?.Whole("candidates_limit");
        return candidates is > 16_384
            ? throw QdrantRefusal.Validation("internal.query.mmr.candidates_limit", $"value {candidates} invalid, must be from 0 to 16384")
            : new((float)share, candidates);
    }

    private static Ranking Fusion(string fusion) => fusion switch
    {
        "rrf" => new ReciprocalRankFusion(),
        "dbsf" => new DistributionFusion(),
        _ => throw QdrantRefusal.Format($"unknown variant `{fusion}`, expected `rrf` or `dbsf`"),
    };

    private static List<float>? Weights(JsonElement? weights) => weights is { } given ? [.. given.Items("weights").Select(weight => (float)weight.Number("weights"))] : null;

    // They outlive the request's document.
    private static Dictionary<string, JsonElement> Defaults(JsonElement? defaults)
    {
        var values = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        if (defaults is { ValueKind: JsonValueKind.Object } given)
        {
            foreach (var value in given.EnumerateObject())
                values[value.Name] = value.Value.Clone();
        }

        return values;
    }
}
