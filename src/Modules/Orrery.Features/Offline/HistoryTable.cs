using System.Globalization;
using DuckDB.NET.Data;
using Orrery.Features.Views;
using Orrery.Features.Windows;
using Orrery.Platform.Analytics;

namespace Orrery.Features.Offline;

/// <summary>Computes a view's history into a table of an analytical session.</summary>
internal static class HistoryTable
{
    private const string Name = "feature_history";

    // Rows between two looks at the cancellation token: about 10 ms.
    private const int RowsBetweenChecks = 16_384;

    /// <summary>The query that gives the history in order, once it was filled.</summary>
    public static string Query(FeatureViewPlan plan)
    {
        var entity = plan.Entity.Select(e => Sql.Name(e.Name));
        var tick = $"make_timestamp(tick * {plan.Clock.Microseconds.ToString(CultureInfo.InvariantCulture)}) AS {FeatureTable.Tick}";
        return $"SELECT {string.Join(", ", [.. entity, tick, .. plan.Features.Select(f => Sql.Name(f.Name))])} FROM {Name}";
    }

    /// <summary>Fills the table; its rows lie in the order of entity and tick. Returns how many there are.</summary>
    public static long Fill(DuckDBConnection session, FeatureViewPlan plan, ViewSource source, CancellationToken cancellationToken)
    {
        var columns = plan.Entity.Select(e => $"{Sql.Name(e.Name)} VARCHAR").Append("tick BIGINT").Concat(plan.Features.Select(f => $"{Sql.Name(f.Name)} DOUBLE"));
        Execute(session, $"CREATE TABLE {Name} ({string.Join(", ", columns)})");

        // A session does one thing at a time: the buckets stream out of one while the rows go into the other.
        using var writing = session.Duplicate();
        writing.Open();
        using var reader = new BucketReader(session, plan, BucketQuery.All(plan, source, until: null));
        using var appender = writing.CreateAppender(Name);
        var timeline = new EntityTimeline(plan);
        var walk = new ChangeWalk(plan, appender, cancellationToken);
        string[]? entity = null;
        while (reader.Read())
        {
            if (reader.IsNewEntity && entity is not null)
            {
                walk.Append(entity, timeline);
                timeline.Clear();
            }

            entity = reader.Entity;
            reader.CopyTo(timeline.Ensure(reader.Tick));
        }

        if (entity is not null)
            walk.Append(entity, timeline);
        return walk.Rows;
    }

    private static void Execute(DuckDBConnection session, string sql)
    {
        using var command = session.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private sealed class ChangeWalk(FeatureViewPlan plan, DuckDBAppender appender, CancellationToken cancellationToken)
    {
        private readonly WindowFold _fold = new(plan);
        private readonly double[] _features = new double[plan.Features.Count];

        public long Rows { get; private set; }

        public void Append(string[] entity, EntityTimeline timeline)
        {
            _fold.Restart();
            while (_fold.Next(timeline, _features))
            {
                var row = appender.CreateRow();
                foreach (var part in entity)
                    row.AppendValue(part);
                row.AppendValue(_fold.Tick);
                foreach (var value in _features)
                {
                    if (double.IsNaN(value))
                        row.AppendNullValue();
                    else
                        row.AppendValue(value);
                }

                row.EndRow();
                if (++Rows % RowsBetweenChecks == 0)
                    cancellationToken.ThrowIfCancellationRequested();
            }
        }
    }
}
