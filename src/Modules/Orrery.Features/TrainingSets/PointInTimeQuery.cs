using System.Globalization;
using Orrery.Data.Datasets;
using Orrery.Features.Services;
using Orrery.Features.Views;
using Orrery.Platform.Analytics;
using Orrery.Platform.Signals;

namespace Orrery.Features.TrainingSets;

/// <summary>
/// The SQL of a point-in-time join: an <c>ASOF</c> join of the spine with each view's history takes the last row at or before the moment of the request, which
/// is the row of the last tick at or before it, because rows are at ticks. The time to live is applied to what was found: ASOF takes one inequality.
/// </summary>
internal static class PointInTimeQuery
{
    private const string Row = "orrery_row";

    /// <param name="service">The features wanted.</param>
    /// <param name="histories">For each view use of the service, its history.</param>
    /// <param name="spine">The rows.</param>
    /// <param name="request">What else is wanted.</param>
    public static string Of(FeatureServicePlan service, IReadOnlyList<Dataset> histories, Dataset spine, TrainingSetRequest request)
    {
        var at = $"s.{Sql.Name(request.Timestamp)}";
        var kept = SpineColumns(service, request).ToList();
        var selected = kept.Where(c => !request.Labels.Contains(c) && !request.Keep.Contains(c)).Select(c => $"s.{Sql.Name(c)}").ToList();
        for (var v = 0; v < service.Views.Count; v++)
            selected.AddRange(FeatureColumns(service.Views[v], v, at));
        selected.AddRange(kept.Where(c => request.Labels.Contains(c) || request.Keep.Contains(c)).Select(c => $"s.{Sql.Name(c)}"));

        var joins = service.Views.Select((use, v) => JoinSql(use, service.Keys, spine, histories[v], v, at));
        return $"SELECT {string.Join(", ", selected)} FROM ({SpineSql(kept, spine, request)}) s {string.Join(' ', joins)} ORDER BY s.{Row}";
    }

    /// <summary>The columns of the spine that are needed, each once: keys, timestamp, request values, labels, kept.</summary>
    public static IEnumerable<string> SpineColumns(FeatureServicePlan service, TrainingSetRequest request) =>
        service.Keys.Append(request.Timestamp).Concat((service.Spec.Request ?? []).Select(r => r.Name)).Concat(request.Labels).Concat(request.Keep).Distinct();

    private static string SpineSql(List<string> columns, Dataset spine, TrainingSetRequest request)
    {
        var at = Sql.Name(request.Timestamp);
        var conditions = new List<string> { $"isfinite({at})" };
        if (request.From is { } from)
            conditions.Add($"{at} >= {TimeSql(from)}");
        if (request.To is { } to)
            conditions.Add($"{at} < {TimeSql(to)}");
        // The reader keeps the order of files and rows, and numbering them does not sort.
        return $"SELECT {string.Join(", ", columns.Select(Sql.Name))}, row_number() OVER () AS {Row} FROM {Sql.Parquet(spine.Paths)} WHERE {string.Join(" AND ", conditions)}";
    }

    private static string JoinSql(ViewUse use, IReadOnlyList<string> keys, Dataset spine, Dataset history, int v, string at)
    {
        // Entities are text in a history. A cast of what is text already made the join of a million rows take twice as long, so it stands only where it is needed.
        string Key(string column) => spine.Manifest.Columns.First(c => c.Name == column).Type == ColumnType.Text
            ? $"s.{Sql.Name(column)}"
            : $"CAST(s.{Sql.Name(column)} AS VARCHAR)";
        var equal = use.View.Entity.Select((e, i) => $"{Key(keys[use.Keys[i]])} = v{v}.{Sql.Name(e.Name)}");
        return $"ASOF LEFT JOIN (SELECT * FROM {Sql.Parquet(history.Paths)}) v{v} ON {string.Join(" AND ", equal)} AND {at} >= v{v}.{FeatureTable.Tick}";
    }

    private static IEnumerable<string> FeatureColumns(ViewUse use, int v, string at)
    {
        foreach (var feature in use.Features)
        {
            var value = $"v{v}.{Sql.Name(use.View.Features[feature.Index].Name)}";
            yield return use.View.TtlMicroseconds is { } ttl
                ? string.Create(CultureInfo.InvariantCulture, $"CASE WHEN epoch_us({at}) - epoch_us(v{v}.{FeatureTable.Tick}) <= {ttl} THEN {value} END AS {Sql.Name(feature.Name)}")
                : $"{value} AS {Sql.Name(feature.Name)}";
        }
    }

    private static string TimeSql(DateTimeOffset time) =>
        $"make_timestamp({SignalBatch.ToMicroseconds(time).ToString(CultureInfo.InvariantCulture)})";
}
