using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Data;
using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Ledger.Resources;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;
using Orrery.Statistics;
using Orrery.Tests;

namespace Orrery.Monitoring.Tests;

/// <summary>
/// An endpoint with a model, its training set and a monitor, on real ports: one numeric feature <c>delay</c> (standard normal in training), one text feature
/// <c>carrier</c> (AA, DL or UA), and a model whose scores are honest: label 1 comes with probability score.
/// </summary>
internal sealed class World : IAsyncDisposable
{
    public const string Endpoint = "flights";

    /// <summary>What the honest scores' log loss is in the long run; the model's evaluation says so too.</summary>
    public const double ReferenceLogLoss = 0.53;

    private static readonly string[] Carriers = ["AA", "DL", "UA"];
    private readonly SeededRandom _random;
    private int _next;

    private World(TestPlatform platform, ulong seed) => (Platform, _random) = (platform, new(seed));

    private World(TestPlatform platform, World before) => (Platform, _random, _next) = (platform, before._random, before._next);

    public static Caller Ada { get; } = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    public TestPlatform Platform { get; }

    public IMonitors Monitors => Platform.Get<IMonitors>();

    public static async Task<World> StartAsync(string spec = "{}", ulong seed = 1, TempFolder? folder = null, int trainingRows = 5000)
    {
        var platform = folder is null ? await TestPlatform.StartAsync(Configure) : await TestPlatform.StartInAsync(folder, Configure);
        var world = new World(platform, seed);
        await world.TrainAsync(trainingRows);
        await world.ApplyAsync(spec);
        return world;
    }

    /// <summary>The same folder under a new process; chance goes on where it was.</summary>
    public async Task<World> RestartAsync(TempFolder folder)
    {
        await DisposeAsync();
        return new(await TestPlatform.StartInAsync(folder, Configure), this);
    }

    public ValueTask DisposeAsync() => Platform.DisposeAsync();

    /// <summary>Declares the endpoint and its monitor, <c>spec</c> without the endpoint.</summary>
    public Task<IReadOnlyList<ResourceChange>> ApplyAsync(string spec)
    {
        var body = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(spec)!;
        body["endpoint"] = JsonSerializer.SerializeToElement(Endpoint);
        return Platform.Get<IResources>().ApplyAsync(
            Ada, [new(AssetKind.Endpoint, Endpoint, JsonSerializer.SerializeToElement(new { model = "flights" })), new(AssetKind.Monitor, "flights", JsonSerializer.SerializeToElement(body))],
            ApplyMode.Apply);
    }

    /// <summary>Another version of the model, trained on its own rows.</summary>
    public async Task<AssetVersion> TrainAsync(int rows, double mean = 0)
    {
        using var session = Platform.Analytics.Open();
        var values = string.Join(", ", Enumerable.Range(0, rows).Select(_ => FormattableString.Invariant(
            $"({mean + _random.NextGaussian():R}, '{Carriers[_random.NextInt(3)]}', TIMESTAMP '2001-01-01')")));
        var dataset = await Platform.Get<IDatasets>().WriteAsync(
            Ada, new("flights-training"), session, $"SELECT column0::DOUBLE AS delay, column1 AS carrier, column2 AS scheduled FROM (VALUES {values}) AS t(column0, column1, column2)");
        var manifest = new ModelManifest(
            Digest.Of(BitConverter.GetBytes(_random.NextBits())), [], [], null, null, null, dataset.Version.Id, "test",
            new Dictionary<string, double> { ["test.logloss"] = ReferenceLogLoss, ["test.auc"] = 0.75, ["test.rows"] = 46217 });
        return await Platform.Get<IAssets>().AddVersionAsync(Ada, new(AssetKind.Model, "flights", manifest));
    }

    /// <summary>Predictions spread evenly over a span from <paramref name="from"/> on, and their labels an hour after each; returns their ids.</summary>
    public async Task<IReadOnlyList<string>> LiveAsync(DateTimeOffset from, TimeSpan span, int count, Traffic? traffic = null)
    {
        traffic ??= new();
        var stream = Platform.Signals.Predictions(Endpoint, ["delay", "scheduled"], ["carrier"]);
        var (predictions, labels, ids) = (new SignalBatch(stream.Schema), new SignalBatch(LabelStream.Schema), new List<string>());
        for (var i = 0; i < count; i++)
        {
            var (time, id) = (from + span * ((double)i / count), $"p{_next++}");
            var z = _random.NextGaussian();
            var score = 1 / (1 + Math.Exp(1 - z));
            var truth = _random.NextDouble() < (traffic.Inverted ? 1 - score : score);
            predictions.Prediction(time, id, score, traffic.Version, traffic.Arm, traffic.Served)
                .Set(stream.Schema.Ordinal("f.delay"), (double?)(_random.NextDouble() < traffic.MissingShare ? double.NaN : (float)(traffic.Mean + _random.NextGaussian())))
                .Set(stream.Schema.Ordinal("f.scheduled"), (double?)time.ToUnixTimeSeconds())
                .Set(stream.Schema.Ordinal("k.carrier"), _random.NextDouble() < traffic.NewShare ? "B6" : Carriers[_random.NextInt(3)]);
            if (traffic.Labelled)
                labels.Label(time + traffic.LabelDelay, id, truth ? 1 : 0);
            ids.Add(id);
        }

        await stream.AppendAsync(predictions);
        await Platform.Signals.Labels(Endpoint).AppendAsync(labels);
        return ids;
    }

    /// <summary>One prediction, so that the watermark passes what lies before.</summary>
    public Task PassAsync(DateTimeOffset time) => LiveAsync(time, TimeSpan.Zero, 1, new() { Labelled = false });

    public Task<JoinStatus> CatchUpAsync() => Monitors.CatchUpAsync(Ada, Endpoint);

    public async Task<IReadOnlyList<MonitorWindow>> WindowsAsync(string? arm = WindowKey.Champion) =>
        [.. (await Monitors.WindowsAsync(Ada, "flights", new(arm), new())).Items.Reverse()];

    public async Task<IReadOnlyList<MonitorAlert>> AlertsAsync() => [.. (await Monitors.AlertsAsync(Ada, new(), new())).Items.Reverse()];

    private static void Configure(IServiceCollection services)
    {
        var configuration = new ConfigurationBuilder().Build();
        services.AddLedger(configuration).AddData(configuration).AddMonitoring(configuration);
        services.AddSingleton<IResourceKind, EndpointStandIn>();
    }

    /// <summary>Serving's endpoints, as far as a monitor's reference needs them.</summary>
    private sealed class EndpointStandIn() : ResourceKind<EndpointStandIn.Spec>(AssetKind.Endpoint)
    {
        public sealed record Spec(string Model);
    }
}

/// <summary>What predictions are like.</summary>
internal sealed record Traffic
{
    /// <summary>Of the feature <c>delay</c>; 0 in training.</summary>
    public double Mean { get; init; }

    /// <summary>How often <c>delay</c> is NaN.</summary>
    public double MissingShare { get; init; }

    /// <summary>How often the carrier is one that the training set does not have.</summary>
    public double NewShare { get; init; }

    /// <summary>Whether labels are the opposite of what the scores say.</summary>
    public bool Inverted { get; init; }

    public bool Labelled { get; init; } = true;

    public TimeSpan LabelDelay { get; init; } = TimeSpan.FromHours(1);

    public long Version { get; init; } = 1;

    public string Arm { get; init; } = WindowKey.Champion;

    public bool Served { get; init; } = true;
}
