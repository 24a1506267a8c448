using Orrery.Platform.Access;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Web.Pages.Collections;

/// <summary>How much a collection's graph finds, and how long it takes, by how many candidates a search keeps.</summary>
/// <param name="Points">By candidates.</param>
/// <param name="Asked">Points of the collection that were asked with; each search leaves its own out.</param>
/// <param name="ExactMilliseconds">The median of comparing with all.</param>
public sealed record RecallCurve(IReadOnlyList<RecallPoint> Points, int Asked, double ExactMilliseconds)
{
    /// <summary>Neighbours of each query.</summary>
    public const int K = 10;

    private const int MostAsked = 40;

    private static readonly int[] Candidates = [10, 20, 40, 80, 160, 320];

    /// <summary>Measures it with points drawn by chance. Comparing with all costs what the collection's size costs: call it where somebody asked.</summary>
    public static async Task<RecallCurve?> MeasureAsync(ICollection collection, Caller caller, string vector, TimeProvider clock, CancellationToken cancellationToken)
    {
        var sample = await collection.QueryAsync(caller, new() { Ranking = new RandomSample(), Limit = MostAsked }, Wanted.Nothing, cancellationToken);
        var having = new Wanted(PayloadSelection.None, new VectorSelection([vector]));
        var asked = collection.Retrieve([.. sample.Select(point => point.Id)], having).Where(point => point.Vectors?.ContainsKey(vector) == true).Select(point => point.Id).ToList();
        if (asked.Count == 0)
            return null;
        var nearest = asked.ConvertAll(id => new QueryStage { Ranking = new Nearest(new PointVector(id)), Using = vector, Limit = K });
        var (truth, exact) = await RunAsync(nearest.ConvertAll(query => query with { Exact = true }));
        var points = new List<RecallPoint>();
        foreach (var candidates in Candidates)
        {
            var (found, milliseconds) = await RunAsync(nearest.ConvertAll(query => query with { Ef = candidates }));
            var wanted = truth.Sum(ids => ids.Count);
            points.Add(new(candidates, wanted == 0 ? 1 : (double)found.Zip(truth).Sum(pair => pair.First.Intersect(pair.Second).Count()) / wanted, milliseconds));
        }

        return new(points, asked.Count, exact);

        async Task<(List<List<PointId>> Found, double Milliseconds)> RunAsync(IReadOnlyList<QueryStage> queries)
        {
            var (found, times) = (new List<List<PointId>>(), new List<double>());
            foreach (var query in queries)
            {
                var began = clock.GetTimestamp();
                var hits = await collection.QueryAsync(caller, query, Wanted.Nothing, cancellationToken);
                times.Add(clock.GetElapsedTime(began).TotalMilliseconds);
                found.Add([.. hits.Select(hit => hit.Id)]);
            }

            times.Sort();
            return (found, times[times.Count / 2]);
        }
    }
}

/// <summary>What so many candidates find.</summary>
/// <param name="Candidates">Kept by a search (ef).</param>
/// <param name="Recall">Of the nearest, as comparing with all finds them.</param>
/// <param name="Milliseconds">The median of a search.</param>
public sealed record RecallPoint(int Candidates, double Recall, double Milliseconds);
