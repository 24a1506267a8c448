using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Search.Collections;
using Orrery.Search.Filters;
using Orrery.Search.Points;
using Orrery.Search.Queries;
using Orrery.Search.Texts;

namespace Orrery.Search.Relevance;

/// <summary>Evaluates collections. The questions' version and the collection's are inputs of the run, so a figure says what it is of.</summary>
internal sealed class RelevanceEvaluation(ICollections collections, IAssets assets, IRuns runs, IGates gates, TimeProvider clock) : IRelevance
{
    private const int MostDepth = 1_000;

    private static readonly AssetKind Kind = AssetKind.Parse("judgements");

    private static readonly Bm25 English = new(new() { StopWords = StopWords.Of("english")!, Stemmer = Stemmer.English });

    public async Task<RelevanceReport> EvaluateAsync(Caller caller, string collection, EvaluateCollection request, CancellationToken cancellationToken = default)
    {
        if (request.Depth is < 10 or > MostDepth)
            throw new InvalidException($"Expected a depth of 10 to {MostDepth}; got {request.Depth}.");
        var open = await collections.OpenAsync(caller, collection, cancellationToken);
        if (request.Set is { } given)
            Graded(given);
        var version = request.Set is { } set
            ? await assets.AddVersionAsync(caller, new(Kind, request.Name, set), cancellationToken)
            : await assets.GetAsync(caller, new AssetRef(Kind, request.Name), cancellationToken);
        var judged = version.Manifest.Deserialize<JudgementSet>(LedgerJson.Options)!;
        var subject = await assets.GetAsync(caller, new AssetRef(AssetKind.Collection, open.Name), cancellationToken);
        var run = await runs.StartAsync(caller, new("evaluate", $"{request.Name} on {open.Name}", open.Name, Parameters: Parameters(request, version)), cancellationToken);
        try
        {
            var metrics = await MeasureAsync(caller, open, request, judged, cancellationToken);
            var means = metrics.Means();
            var now = clock.GetUtcNow();
            await runs.LogAsync(caller, run.Id, new()
            {
                Metrics = [.. means.Select(metric => new MetricPoint(metric.Key, metric.Value, 0, now))],
                Inputs = [new(version.Id, "judgements"), new(subject.Id, "collection")],
            }, cancellationToken);
            var report = request.Gate is { } gate ? await gates.EvaluateAsync(caller, gate, subject.Id, means, run.Id, cancellationToken) : null;
            await runs.FinishAsync(caller, run.Id, RunStatus.Finished, cancellationToken: cancellationToken);
            return new(run.Id, version.Ref, subject.Ref, metrics.Queries, metrics.Skipped, means, report);
        }
        catch (Exception error)
        {
            // The caller may be gone; what became of the run is kept all the same.
            await runs.FinishAsync(caller, run.Id, error is OperationCanceledException ? RunStatus.Cancelled : RunStatus.Failed, error.Message, cancellationToken: CancellationToken.None);
            throw;
        }
    }

    private static async Task<RelevanceMetrics> MeasureAsync(Caller caller, ICollection collection, EvaluateCollection request, JudgementSet set, CancellationToken cancellationToken)
    {
        var grades = Graded(set);
        var metrics = new RelevanceMetrics(request.Depth);
        foreach (var query in set.Queries)
        {
            var found = await collection.QueryAsync(caller, Stage(query, request), Wanted.Nothing, cancellationToken);
            metrics.Add([.. found.Select(point => point.Id)], grades.GetValueOrDefault(query.Id) ?? []);
        }

        return metrics;
    }

    private static QueryStage Stage(RelevanceQuery query, EvaluateCollection request)
    {
        var stages = new List<QueryStage>();
        if (request.TextUsing is { } words && query.Text is { } text)
            stages.Add(new() { Ranking = new Nearest(new GivenVector(English.Query(text))), Using = words, Limit = request.Depth });
        if (query.Vector is { } vector)
            stages.Add(new() { Ranking = new Nearest(new GivenVector(new DenseVector([.. vector]))), Using = request.VectorUsing ?? Point.Unnamed, Ef = request.Ef, Limit = request.Depth });
        return stages switch
        {
            [var only] => only,
            [_, _] => new() { Prefetch = stages, Ranking = new ReciprocalRankFusion(), Limit = request.Depth },
            _ => throw new InvalidException($"The query '{query.Id}' has nothing to search by: expected a vector, or a text and the sparse vector that it is compared with (`textUsing`)."),
        };
    }

    /// <exception cref="InvalidException">The set does not fit itself.</exception>
    private static Dictionary<string, Dictionary<PointId, double>> Graded(JudgementSet set)
    {
        var queries = new HashSet<string>(StringComparer.Ordinal);
        if (set.Queries.FirstOrDefault(query => !queries.Add(query.Id)) is { } twice)
            throw new InvalidException($"Expected one query of an id; '{twice.Id}' is there twice.");
        var grades = new Dictionary<string, Dictionary<PointId, double>>(StringComparer.Ordinal);
        foreach (var judgement in set.Judgements)
        {
            if (!queries.Contains(judgement.Query))
                throw new InvalidException($"A judgement is about the query '{judgement.Query}', which is not among the queries.");
            if (!double.IsFinite(judgement.Grade))
                throw new InvalidException($"Expected a finite grade for '{judgement.Point}' at the query '{judgement.Query}'.");
            if (!grades.TryGetValue(judgement.Query, out var of))
                grades.Add(judgement.Query, of = []);
            of[Id(judgement.Point)] = judgement.Grade;
        }

        return grades.Values.Any(of => of.Values.Any(grade => grade > 0)) ? grades : throw new InvalidException("No judgement has a grade above 0, so there is nothing to measure.");
    }

    private static PointId Id(string text) => ulong.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number)
        ? PointId.Of(number)
        : PointId.TryParseUuid(text, out var uuid) ? uuid : throw new InvalidException($"Expected a point's id, a number or a UUID, in a judgement; got '{text}'.");

    private static Dictionary<string, string> Parameters(EvaluateCollection request, AssetVersion version)
    {
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal) { ["judgements"] = version.Ref.ToString(), ["depth"] = request.Depth.ToString(CultureInfo.InvariantCulture) };
        if (request.TextUsing is { } words)
            parameters["textUsing"] = words;
        if (request.VectorUsing is { } vector)
            parameters["vectorUsing"] = vector;
        if (request.Ef is { } ef)
            parameters["ef"] = ef.ToString(CultureInfo.InvariantCulture);
        return parameters;
    }
}
