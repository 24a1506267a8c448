using System.Text.Json;
using Orrery.Search.Filters;
using Orrery.Search.Points;

namespace Orrery.Search.Queries;

/// <summary>What a query compares with.</summary>
public abstract record VectorInput;

/// <summary>A vector that the client gives.</summary>
public sealed record GivenVector(VectorValue Vector) : VectorInput;

/// <summary>The vector of a point, which is then left out of the result.</summary>
public sealed record PointVector(PointId Id) : VectorInput;

/// <summary>How points are ranked.</summary>
public abstract record Ranking;

/// <summary>By closeness to a vector.</summary>
/// <param name="Target">The vector.</param>
/// <param name="Diversity">Where given, the result is also spread out.</param>
public sealed record Nearest(VectorInput Target, Diversity? Diversity = null) : Ranking;

/// <summary>Maximal marginal relevance (Carbonell and Goldstein, SIGIR 1998).</summary>
/// <param name="Share">0 is relevance alone, 1 diversity alone.</param>
/// <param name="Candidates">Out of how many the result is chosen; the limit where nobody says.</param>
public sealed record Diversity(float Share, int? Candidates);

/// <summary>How examples are weighed.</summary>
public enum RecommendStrategy
{
    /// <summary>Nearest to the mean of the positive, pushed away from the mean of the negative.</summary>
    AverageVector,
    /// <summary>By the best positive, unless a negative is better still.</summary>
    BestScore,
    /// <summary>By the positives' scores less the negatives'.</summary>
    SumScores,
}

/// <summary>By likeness to examples and unlikeness to others.</summary>
public sealed record Recommend(IReadOnlyList<VectorInput> Positive, IReadOnlyList<VectorInput> Negative, RecommendStrategy Strategy) : Ranking;

/// <summary>A positive and a negative example: which side of the middle between them a point is on.</summary>
public sealed record ContextPair(VectorInput Positive, VectorInput Negative);

/// <summary>By closeness to a target, within the part of space that the pairs mark off.</summary>
public sealed record Discover(VectorInput Target, IReadOnlyList<ContextPair> Context) : Ranking;

/// <summary>By how well the pairs' positive sides are kept to.</summary>
public sealed record ByContext(IReadOnlyList<ContextPair> Context) : Ranking;

/// <summary>
/// By closeness to a target, corrected by what a better judge said of some points: a·s(target) + Σ over pairs of examples, the first of which was judged better by g, of gᵇ·c·(s(better) − s(worse)).
/// </summary>
/// <param name="Target">The vector.</param>
/// <param name="Judged">Examples and the judge's scores of them.</param>
/// <param name="A">The weight of the target.</param>
/// <param name="B">How much more a pair counts that is judged farther apart; at least 0.</param>
/// <param name="C">The weight of pairs.</param>
public sealed record RelevanceFeedback(VectorInput Target, IReadOnlyList<JudgedExample> Judged, float A, float B, float C) : Ranking;

/// <summary>An example and how good a judge finds it.</summary>
public sealed record JudgedExample(VectorInput Example, float Score);

/// <summary>By the values of a field.</summary>
/// <param name="Path">Where they stand.</param>
/// <param name="Descending">Greatest first.</param>
/// <param name="StartFrom">The first value; microseconds where it is a moment.</param>
public sealed record OrderBy(PayloadPath Path, bool Descending = false, double? StartFrom = null) : Ranking;

/// <summary>By their ranks in several results: Σ weight/(k + rank) (Cormack et al., SIGIR 2009).</summary>
public sealed record ReciprocalRankFusion(int K = ReciprocalRankFusion.DefaultK, IReadOnlyList<float>? Weights = null) : Ranking
{
    /// <summary>Small, so that the first ranks count; the paper's 60 was chosen for thousands of results.</summary>
    public const int DefaultK = 2;
}

/// <summary>By their scores in several results, each brought to the span of three standard deviations around its mean.</summary>
public sealed record DistributionFusion : Ranking;

/// <summary>By a formula over scores and payload.</summary>
/// <param name="Expression">The formula.</param>
/// <param name="Defaults">Values of variables where a point has none.</param>
public sealed record ByFormula(Formula Expression, IReadOnlyDictionary<string, JsonElement> Defaults) : Ranking;

/// <summary>By chance.</summary>
public sealed record RandomSample : Ranking;

/// <summary>One stage of a query: what it ranks, how, and how many go on.</summary>
public sealed record QueryStage
{
    /// <summary>Stages whose results are ranked here; all points where there are none.</summary>
    public IReadOnlyList<QueryStage> Prefetch { get; init; } = [];

    /// <summary>How; by id where nobody says.</summary>
    public Ranking? Ranking { get; init; }

    /// <summary>Which vector is compared.</summary>
    public string Using { get; init; } = Point.Unnamed;

    /// <summary>Which points may be found.</summary>
    public Filter? Filter { get; init; }

    /// <summary>Whether all are compared, whatever it costs.</summary>
    public bool Exact { get; init; }

    /// <summary>Candidates that a graph keeps.</summary>
    public int? Ef { get; init; }

    /// <summary>How many times as many as are wanted are compared by their vectors where codes rank; null leaves it to the engine.</summary>
    public double? Oversampling { get; init; }

    /// <summary>Whether all that a graph's codes find is compared by its vectors.</summary>
    public bool IgnoresCodes { get; init; }

    /// <summary>Whether vectors that are in no graph yet are left out.</summary>
    public bool IndexedOnly { get; init; }

    /// <summary>Which points count for how rare a component of a sparse vector is; all where null.</summary>
    public Filter? IdfCorpus { get; init; }

    /// <summary>Worse scores are left out.</summary>
    public float? ScoreThreshold { get; init; }

    /// <summary>How many at most.</summary>
    public int Limit { get; init; } = 10;

    /// <summary>How many of the best are left out.</summary>
    public int Offset { get; init; }

    /// <summary>The collection that holds the points of the examples, where it is another.</summary>
    public LookupLocation? Lookup { get; init; }
}

/// <summary>Where the vectors of examples are taken from.</summary>
/// <param name="Collection">The collection.</param>
/// <param name="Vector">The vector's name there; the same as here where nobody says.</param>
public sealed record LookupLocation(string Collection, string? Vector);

/// <summary>What of each found point is wanted.</summary>
public sealed record Wanted(PayloadSelection Payload, VectorSelection Vectors)
{
    /// <summary>Ids and scores alone.</summary>
    public static Wanted Nothing { get; } = new(PayloadSelection.None, VectorSelection.None);
}

/// <summary>Which vectors are wanted.</summary>
/// <param name="Names">By name; all where null.</param>
public sealed record VectorSelection(IReadOnlyList<string>? Names)
{
    /// <summary>All.</summary>
    public static VectorSelection All { get; } = new((IReadOnlyList<string>?)null);

    /// <summary>None.</summary>
    public static VectorSelection None { get; } = new([]);

    internal bool Wants(string name) => Names is null || Names.Contains(name);

    internal bool IsNone => Names is { Count: 0 };
}

/// <summary>Points found, in groups that share a value of a field.</summary>
/// <param name="Id">The value.</param>
/// <param name="Hits">The best of the group.</param>
public sealed record PointGroup(Scalar Id, IReadOnlyList<StoredPoint> Hits);

/// <summary>How a result is grouped.</summary>
public sealed record Grouping(PayloadPath By, int Groups, int GroupSize);

/// <summary>A value of a field and how many points have it.</summary>
public sealed record FacetCount(Scalar Value, long Count);

/// <summary>A point of a distance matrix, its nearest others and their scores.</summary>
public sealed record MatrixRow(PointId Id, IReadOnlyList<(PointId Other, float Score)> Nearest);

/// <summary>A page of points.</summary>
/// <param name="Points">The points.</param>
/// <param name="Next">Where the next page begins; null where there is none.</param>
public sealed record ScrollPage(IReadOnlyList<StoredPoint> Points, PointId? Next);
