using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Data;
using Orrery.Data.Datasets;
using Orrery.Features;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Tests;
using Orrery.Training.Train;

namespace Orrery.Training.Tests;

/// <summary>Everything that a training needs, on real stores in a temporary folder, and data made from a formula.</summary>
internal static class TrainingTest
{
    public static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Editor);

    /// <summary>
    /// Deliveries: late when it is cold, in town and at a weekend, with chance. The chance is a hash of the row's number, so the rows are always the same.
    /// </summary>
    public const string Deliveries = """
        SELECT TIMESTAMP '2024-01-01' + INTERVAL (i * 10) MINUTE AS moment,
          CASE WHEN hash(i, 1) % 20 = 0 THEN NULL ELSE temperature END AS temperature,
          CASE WHEN hash(i, 2) % 30 = 0 THEN NULL ELSE city END AS city,
          (hash(i, 3) % 100)::BIGINT AS packages, weekend,
          CASE WHEN size_chance < 0.5 THEN 'small' ELSE 'large' END AS size,
          chance < 1 / (1 + exp(-(0.9 - 0.16 * temperature + CASE city WHEN 'town' THEN 0.8 ELSE -0.6 END + CASE WHEN weekend THEN 0.7 ELSE 0 END))) AS late
        FROM (SELECT i, 30 * (hash(i, 4) % 10000)::DOUBLE / 10000 - 5 AS temperature, ['town', 'village', 'farm'][1 + (hash(i, 5) % 3)::BIGINT] AS city,
          hash(i, 6) % 7 < 2 AS weekend, (hash(i, 7) % 10000)::DOUBLE / 10000 AS chance, (hash(i, 8) % 10000)::DOUBLE / 10000 AS size_chance
          FROM range(3000) r(i))
        """;

    public const string Trainer = """
        {
          "trainingSet": "deliveries", "label": "late", "groups": "size", "seed": 5,
          "transform": {
            "columns": [
              { "name": "moment", "type": "timestamp" }, { "name": "temperature", "type": "number" }, { "name": "city", "type": "text" },
              { "name": "packages", "type": "integer" }, { "name": "weekend", "type": "boolean" }
            ],
            "steps": [
              { "name": "place", "type": "oneHot", "inputs": ["city"] },
              { "name": "when", "type": "calendar", "inputs": ["moment"], "parts": ["hour"] },
              { "name": "known", "type": "impute", "inputs": ["temperature"], "strategy": "median" }
            ],
            "outputs": ["place", "when", "known", "packages", "weekend"]
          },
          "learner": { "type": "lightgbm", "numIterations": 40, "numLeaves": 7, "minDataInLeaf": 10, "baggingFraction": 0.8 },
          "tune": {
            "trials": 3, "sample": 0.5,
            "space": [{ "name": "numLeaves", "kind": "integer", "low": 3, "high": 15 }, { "name": "learningRate", "kind": "float", "low": 0.05, "high": 0.3, "scale": "log" }]
          },
          "baseline": { "learner": { "type": "logistic-regression" } }
        }
        """;

    public static Task<TestPlatform> StartAsync(TimeProvider? time = null) => TestPlatform.StartAsync(AddModules, time);

    /// <summary>The same in a folder that the test owns: to close it and open it again.</summary>
    public static Task<TestPlatform> StartInAsync(TempFolder folder, TimeProvider? time = null, Action<IServiceCollection>? configure = null) =>
        TestPlatform.StartInAsync(folder, services => { AddModules(services); configure?.Invoke(services); }, time);

    private static void AddModules(IServiceCollection services)
    {
        var configuration = new ConfigurationBuilder().Build();
        services.AddLogging();
        services.AddLedger(configuration);
        services.AddData(configuration);
        services.AddFeatures();
        services.AddTraining(configuration);
    }

    public static async Task<Dataset> WriteAsync(this TestPlatform platform, string query, string name = "deliveries", string? timestamp = "moment")
    {
        using var session = platform.Analytics.Open();
        return await platform.Get<IDatasets>().WriteAsync(Ada, new(name, timestamp), session, query);
    }

    public static async Task ApplyAsync(this TestPlatform platform, string spec = Trainer, string name = "deliveries") =>
        await platform.Get<IResources>().ApplyAsync(Ada, [new(AssetKind.Trainer, name, JsonDocument.Parse(spec).RootElement)], ApplyMode.Apply);

    /// <summary>Writes the deliveries, declares the trainer and trains.</summary>
    public static async Task<TrainedModel> TrainAsync(this TestPlatform platform, string spec = Trainer, string query = Deliveries)
    {
        await platform.WriteAsync(query);
        await platform.ApplyAsync(spec);
        return await platform.Get<ITrainer>().TrainAsync(Ada, new("deliveries"));
    }

    public static async Task<byte[]> ArtifactAsync(this TestPlatform platform, RunId run, string path)
    {
        var artifacts = await platform.Get<IRuns>().ArtifactsAsync(Ada, run);
        return await Orrery.Platform.Blobs.BlobStoreExtensions.ReadAsync(platform.Blobs, artifacts.Single(a => a.Path == path).Content.Digest, 1 << 24);
    }

    public static async Task<string> TextAsync(this TestPlatform platform, RunId run, string path) => Encoding.UTF8.GetString(await platform.ArtifactAsync(run, path));
}
