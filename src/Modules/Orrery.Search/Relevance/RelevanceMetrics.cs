using Orrery.Search.Points;

namespace Orrery.Search.Relevance;

/// <summary>
/// How good rankings are by judgements, as trec_eval defines it: the mean over queries that have a relevant point. Greater is better in all of them. A point without a judgement, or of grade 0, is
/// not relevant; a negative grade counts as 0.
/// </summary>
internal sealed class RelevanceMetrics
{
    private const int Top = 10;

    private readonly int _depth;
    private double _gain;
    private double _reciprocal;
    private double _average;
    private double _precision;
    private double _recallTop;
    private double _recall;

    /// <summary>Over the first <paramref name="depth"/> points of each ranking; at least 10.</summary>
    public RelevanceMetrics(int depth) => _depth = Math.Max(Top, depth);

    /// <summary>Queries that count.</summary>
    public int Queries { get; private set; }

    /// <summary>Queries without a relevant point, which say nothing.</summary>
    public int Skipped { get; private set; }

    /// <summary>Takes the ranking of a query in.</summary>
    /// <param name="ranking">Best first.</param>
    /// <param name="grades">Of the judged points.</param>
    public void Add(IReadOnlyList<PointId> ranking, IReadOnlyDictionary<PointId, double> grades)
    {
        var ideal = grades.Values.Where(grade => grade > 0).OrderDescending().ToList();
        if (ideal.Count == 0)
        {
            Skipped++;
            return;
        }

        Queries++;
        var (gain, hits, precisions) = (0d, 0, 0d);
        for (var i = 0; i < Math.Min(_depth, ranking.Count); i++)
        {
            var grade = Math.Max(0, grades.GetValueOrDefault(ranking[i]));
            if (grade == 0)
                continue;
            if (hits == 0)
                _reciprocal += 1d / (i + 1);
            hits++;
            precisions += (double)hits / (i + 1);
            if (i >= Top)
                continue;
            gain += grade / Math.Log2(i + 2);
            _precision += 1d / Top;
            _recallTop += 1d / ideal.Count;
        }

        _gain += gain / ideal.Take(Top).Select((grade, i) => grade / Math.Log2(i + 2)).Sum();
        _average += precisions / ideal.Count;
        _recall += (double)hits / ideal.Count;
    }

    /// <summary>The means, by name; none where no query counts.</summary>
    public IReadOnlyDictionary<string, double> Means()
    {
        if (Queries == 0)
            return new Dictionary<string, double>();
        var means = new SortedDictionary<string, double>(StringComparer.Ordinal)
        {
            ["ndcg_at_10"] = _gain / Queries,
            ["mrr"] = _reciprocal / Queries,
            ["map"] = _average / Queries,
            ["precision_at_10"] = _precision / Queries,
            ["recall_at_10"] = _recallTop / Queries,
        };
        means[$"recall_at_{_depth}"] = _recall / Queries;
        return means;
    }
}
