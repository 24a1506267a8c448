using Orrery.Benchmarks.Processes;
using Orrery.Data.Datasets;
using Orrery.Features.Streaming;
using Orrery.Features.TrainingSets;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Serving.Endpoints;
using Orrery.Training.Train;

namespace Orrery.Benchmarks.Spine;

/// <summary>
/// Furnishes a data folder with what the parts measure: flights and visitors from a formula, views and services over them, a LightGBM model of thirty features behind the endpoint
/// <c>flights</c>. Everything through the modules' own contracts. Chance is a hash of the row's number, so every run has the same rows.
/// </summary>
internal static class FlightHouse
{
    public const string Endpoint = "flights";

    /// <summary>30 features: 12 of the origin, 12 of the destination, 6 of the route.</summary>
    public const string ServedService = "flights-30";

    /// <summary>20 of them: 8, 8 and 4.</summary>
    public const string JoinedService = "flights-20";

    /// <summary>50 features of one visitor.</summary>
    public const string WideService = "visitors-50";

    public const string Spine = "examples";

    public const string Moment = "at";

    public const string Label = "late";

    private const string Start = "TIMESTAMP '2024-01-01'";

    public static string Airport(int number) => FormattableString.Invariant($"A{number:00}");

    public static string Visitor(int number) => FormattableString.Invariant($"V{number:000000}");

    public static async Task FurnishAsync(OpenHouse house, Scale scale, CancellationToken cancellationToken)
    {
        await WriteAsync(house, "flights", "landed", Flights(scale.Events, after: 0), cancellationToken);
        await WriteAsync(house, "visits", "seen", Visits(scale), cancellationToken);
        await WriteAsync(house, Spine, Moment, Requests(scale.JoinRows, salt: 100), cancellationToken);
        await WriteAsync(house, "few-examples", Moment, Requests(scale.TrainingRows, salt: 200), cancellationToken);
        foreach (var (name, view) in FlightViews.All)
            await house.ApplyAsync(AssetKind.FeatureView, name, view, cancellationToken);
        foreach (var (name, service) in FlightViews.Services)
            await house.ApplyAsync(AssetKind.FeatureService, name, service, cancellationToken);
        foreach (var (name, _) in FlightViews.All)
            await house.Get<IFeatureStream>().MaterializeAsync(OpenHouse.Caller, name, cancellationToken: cancellationToken);
        await DeployAsync(house, cancellationToken);
    }

    /// <summary>Builds a training set in a run of its own.</summary>
    public static async Task<Dataset> BuildAsync(OpenHouse house, string name, string service, string spine, CancellationToken cancellationToken)
    {
        var runs = house.Get<IRuns>();
        var run = await runs.StartAsync(OpenHouse.Caller, new("training-set", name), cancellationToken);
        var built = await house.Get<ITrainingSets>().BuildAsync(
            OpenHouse.Caller, new(name, service, new(AssetKind.Dataset, spine), Moment, [Label]), run.Id, cancellationToken);
        await runs.FinishAsync(OpenHouse.Caller, run.Id, RunStatus.Finished, cancellationToken: cancellationToken);
        return built;
    }

    private static async Task DeployAsync(OpenHouse house, CancellationToken cancellationToken)
    {
        var set = await BuildAsync(house, "flights-training", ServedService, "few-examples", cancellationToken);
        var features = set.Manifest.Columns.Select(column => column.Name).Where(name => name.Contains('_', StringComparison.Ordinal)).ToArray();
        await house.ApplyAsync(AssetKind.Trainer, Endpoint, new
        {
            trainingSet = "flights-training",
            label = Label,
            time = Moment,
            featureService = ServedService,
            seed = 7,
            transform = new { columns = features.Select(name => new { name, type = "number" }), outputs = features },
            learner = new { type = "lightgbm", numIterations = 100, numLeaves = 31 },
        }, cancellationToken);
        var trained = await house.Get<ITrainer>().TrainAsync(OpenHouse.Caller, new(Endpoint), cancellationToken: cancellationToken);
        await house.ApplyAsync(AssetKind.Endpoint, Endpoint, new EndpointSpec(trained.Model.Name, ServedService), cancellationToken);
        await house.Get<IEndpoints>().DeployAsync(OpenHouse.Caller, Endpoint, trained.Model.Ref, cancellationToken: cancellationToken);
    }

    private static async Task WriteAsync(OpenHouse house, string name, string timestamp, string query, CancellationToken cancellationToken)
    {
        using var session = house.Analytics();
        await house.Get<IDatasets>().WriteAsync(OpenHouse.Caller, new(name, timestamp), session, query, cancellationToken);
    }

    // Lateness hangs on the airports and the hour, so that there is something to learn.
    private static string Flights(int rows, int after) => FormattableString.Invariant($"""
        SELECT landed, origin, destination, distance, delay, delay > 15 AS late
        FROM (
          SELECT *, (20 * risk + 40 * (hash(i, {after + 5}) % 1000)::DOUBLE / 1000 - 25)::BIGINT AS delay
          FROM (
            SELECT i, {Moments("i", after)} AS landed, {Airports("i", after)}, (200 + hash(i, {after + 4}) % 2400)::DOUBLE AS distance,
              (hash(origin) % 100)::DOUBLE / 100 + (hash(destination) % 100)::DOUBLE / 200 + hour(landed) / 24 AS risk
            FROM range({rows}) r(i)))
        """);

    private static string Requests(int rows, int salt) => FormattableString.Invariant(
        $"SELECT origin, destination, landed AS {Moment}, late AS {Label} FROM ({Flights(rows, salt)})");

    private static string Visits(Scale scale) => FormattableString.Invariant($"""
        SELECT 'V' || lpad((i % {scale.Visitors})::VARCHAR, 6, '0') AS visitor, {Moments("i", 300)} AS seen, (hash(i, 306) % 10000)::DOUBLE / 100 AS spent,
          (hash(i, 307) % 600)::DOUBLE AS seconds, hash(i, 308) % 3 = 0 AS bought
        FROM range({scale.Visitors * 10}) r(i)
        """);

    private static string Airports(string row, int salt) => FormattableString.Invariant(
        $"""
        'A' || lpad((hash({row}, {salt + 1}) % {FlightViews.Airports})::VARCHAR, 2, '0') AS origin,
              'A' || lpad(((hash({row}, {salt + 1}) % {FlightViews.Airports} + 1 + hash({row}, {salt + 2}) % {FlightViews.Airports - 1}) % {FlightViews.Airports})::VARCHAR, 2, '0') AS destination
        """);

    private static string Moments(string row, int salt) => FormattableString.Invariant(
        $"{Start} + to_seconds((hash({row}, {salt + 3}) % {FlightViews.Days * 86_400})::BIGINT)");
}
