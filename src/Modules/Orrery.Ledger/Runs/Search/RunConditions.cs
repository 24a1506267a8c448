using System.Linq.Expressions;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Runs.Datasets;
using Orrery.Ledger.Runs.Metrics;
using Orrery.Ledger.Search;

namespace Orrery.Ledger.Runs.Search;

/// <summary>Each condition of a filter as a condition on runs: a look-up by key for each run that is met, never a join that multiplies rows.</summary>
internal sealed class RunConditions(DataConnection connection, IReadOnlyDictionary<string, long> metrics)
{
    public IQueryable<RunRow> Where(IQueryable<RunRow> runs, Comparison comparison) => comparison.Field.Subject switch
    {
        SearchSubject.Metric => WhereMetric(runs, comparison),
        SearchSubject.Parameter => WhereParameter(runs, comparison),
        SearchSubject.Tag => WhereTag(runs, comparison.Field.Key, comparison),
        SearchSubject.Dataset => WhereDataset(runs, comparison),
        _ => WhereAttribute(runs, comparison),
    };

    /// <summary>The rows of a metric that meet a comparison.</summary>
    public IQueryable<RunMetricRow> Metrics(Comparison comparison)
    {
        var key = metrics.GetValueOrDefault(comparison.Field.Key, -1);
        var rows = connection.GetTable<RunMetricRow>().Where(row => row.MetricKey == key);
        return comparison.Comparator is Comparator.IsNull or Comparator.IsNotNull ? rows : rows.Where(Conditions.Number<RunMetricRow>(row => row.Value, comparison));
    }

    private IQueryable<RunRow> WhereMetric(IQueryable<RunRow> runs, Comparison comparison)
    {
        var rows = Metrics(comparison);
        return comparison.Comparator == Comparator.IsNull
            ? runs.Where(run => !rows.Any(row => row.RunKey == run.Key))
            : runs.Where(run => rows.Any(row => row.RunKey == run.Key));
    }

    private IQueryable<RunRow> WhereParameter(IQueryable<RunRow> runs, Comparison comparison)
    {
        var name = comparison.Field.Key;
        var rows = connection.GetTable<RunParameterRow>().Where(row => row.Name == name);
        if (comparison.Comparator == Comparator.IsNull)
            return runs.Where(run => !rows.Any(row => row.RunKey == run.Key));
        if (comparison.Comparator != Comparator.IsNotNull)
            rows = rows.Where(Conditions.Text<RunParameterRow>(row => row.Value, comparison));
        return runs.Where(run => rows.Any(row => row.RunKey == run.Key));
    }

    private IQueryable<RunRow> WhereTag(IQueryable<RunRow> runs, string name, Comparison comparison)
    {
        var rows = connection.GetTable<RunTagRow>().Where(row => row.Name == name);
        if (comparison.Comparator == Comparator.IsNull)
            return runs.Where(run => !rows.Any(row => row.RunKey == run.Key));
        if (comparison.Comparator != Comparator.IsNotNull)
            rows = rows.Where(Conditions.Text<RunTagRow>(row => row.Value, comparison));
        return runs.Where(run => rows.Any(row => row.RunKey == run.Key));
    }

    private IQueryable<RunRow> WhereDataset(IQueryable<RunRow> runs, Comparison comparison)
    {
        IQueryable<RunDatasetRow> rows = connection.GetTable<RunDatasetRow>();
        if (comparison.Comparator == Comparator.IsNull)
            return runs.Where(run => !rows.Any(row => row.RunKey == run.Key));
        rows = rows.Where(comparison.Field.Key switch
        {
            "name" => Conditions.Text<RunDatasetRow>(row => row.Name, comparison),
            "digest" => Conditions.Text<RunDatasetRow>(row => row.Digest, comparison),
            _ => Conditions.Text<RunDatasetRow>(row => row.Context, comparison),
        });
        return runs.Where(run => rows.Any(row => row.RunKey == run.Key));
    }

    private IQueryable<RunRow> WhereAttribute(IQueryable<RunRow> runs, Comparison comparison)
    {
        switch (comparison.Field.Key)
        {
            case "user_id":
                return WhereTag(runs, RunVocabulary.UserTag, comparison);
            case "start_time":
                return runs.Where(Conditions.Time<RunRow>(run => run.StartedAt, comparison));
            case "end_time":
                return runs.Where(Conditions.Time<RunRow>(run => run.EndedAt, comparison));
            case "status":
                return runs.Where(Conditions.Text<RunRow>(run => run.Status, comparison with { Texts = [.. comparison.Texts.Select(Status)] }));
            default:
                return runs.Where(Conditions.Text(Column(comparison.Field.Key), comparison));
        }
    }

    /// <summary>The column of an attribute of text.</summary>
    public static Expression<Func<RunRow, string?>> Column(string attribute) => attribute switch
    {
        "run_id" => run => run.Id,
        "run_name" => run => run.Name,
        "artifact_uri" => run => run.ArtifactUri,
        "kind" => run => run.Kind,
        "owner" => run => run.Owner,
        "status" => run => run.Status,
        _ => throw new ArgumentOutOfRangeException(nameof(attribute), attribute, "No such attribute."),
    };

    // MLflow writes FINISHED, and calls KILLED what we call cancelled.
    private static string Status(string text) => text.Equals("killed", StringComparison.OrdinalIgnoreCase) ? RunRows.Word(RunStatus.Cancelled) : text.ToLowerInvariant();
}
