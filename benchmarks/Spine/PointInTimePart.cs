using System.Diagnostics;
using Orrery.Benchmarks.Processes;
using Orrery.Benchmarks.Reporting;
using Orrery.Data.Datasets;
using Orrery.Features.Offline;
using Orrery.Kernel;
using Orrery.Platform.Analytics;

namespace Orrery.Benchmarks.Spine;

/// <summary>
/// A training set of a million examples and twenty features through <c>ITrainingSets</c>, beside the bare DuckDB <c>ASOF</c> statement over the same Parquet files
/// into a Parquet file of its own. The histories of the views are there for both.
/// </summary>
internal static class PointInTimePart
{
    private const string Peer = "the bare DuckDB ASOF statement";

    private const string Name = "joined";

    public static async Task RunAsync(BenchmarkContext context, OpenHouse house, CancellationToken cancellationToken)
    {
        context.Report.Say($"Point-in-time join of {context.Scale.JoinRows:N0} rows × 20 features …");
        var bare = context.Workspace.File("bare.parquet");
        var statement = await StatementAsync(house, cancellationToken);
        var built = await FlightHouse.BuildAsync(house, Name, FlightHouse.JoinedService, FlightHouse.Spine, cancellationToken);
        await BareAsync(house, statement, bare, cancellationToken);
        await CheckSameAsync(house, built.Paths, bare, cancellationToken);

        var (ours, theirs) = await Samples.InTurnAsync(
            context.Scale.Rounds,
            _ => SecondsAsync(() => FlightHouse.BuildAsync(house, Name, FlightHouse.JoinedService, FlightHouse.Spine, cancellationToken)),
            _ => SecondsAsync(() => BareAsync(house, statement, bare, cancellationToken)));
        context.Report.Add(new("point-in-time/join", "s", Peer, ours, theirs, Goal.RatioAtMost(1.5)));
    }

    private static async Task<double> SecondsAsync(Func<Task> work)
    {
        var started = Stopwatch.GetTimestamp();
        await work();
        return Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    private static async Task BareAsync(OpenHouse house, string statement, string path, CancellationToken cancellationToken)
    {
        using var session = house.Analytics();
        await session.ExecuteAsync($"COPY ({statement}) TO {Sql.Text(path)} (FORMAT parquet)", cancellationToken);
    }

    private static async Task<string> StatementAsync(OpenHouse house, CancellationToken cancellationToken)
    {
        var spine = await house.Get<IDatasets>().OpenAsync(OpenHouse.Caller, new AssetRef(AssetKind.Dataset, FlightHouse.Spine), cancellationToken);
        var columns = new List<string>();
        var joins = new List<string>();
        foreach (var (view, prefix, features) in FlightViews.Joined)
        {
            var history = (await house.Get<IFeatureHistories>().GetAsync(OpenHouse.Caller, view, cancellationToken: cancellationToken)).Table;
            columns.AddRange(features.Select(feature => $"{view}.{feature} AS {prefix}{feature}"));
            var keys = FlightViews.All[view].Entity.Select(key => $"s.{key.Column} = {view}.{key.Name}");
            joins.Add($"ASOF LEFT JOIN {Sql.Parquet(history.Paths)} {view} ON {string.Join(" AND ", keys)} AND s.{FlightHouse.Moment} >= {view}.tick");
        }

        return $"SELECT s.origin, s.destination, s.{FlightHouse.Moment}, {string.Join(", ", columns)}, s.{FlightHouse.Label} FROM {Sql.Parquet(spine.Paths)} s {string.Join(' ', joins)}";
    }

    /// <summary>Both gave the same rows; a fast join of the wrong ones would be worth nothing.</summary>
    private static async Task CheckSameAsync(OpenHouse house, IReadOnlyList<string> ours, string bare, CancellationToken cancellationToken)
    {
        using var session = house.Analytics();
        var different = await session.SingleAsync(
            $"""
            SELECT count(*) FROM (
              (FROM {Sql.Parquet(ours)} EXCEPT ALL FROM {Sql.Parquet([bare])}) UNION ALL (FROM {Sql.Parquet([bare])} EXCEPT ALL FROM {Sql.Parquet(ours)}))
            """,
            row => row.GetInt64(0), cancellationToken);
        if (different > 0)
            throw new InvalidOperationException($"{different} rows of the join and of the bare statement differ.");
    }
}
