using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using Orrery.Client;
using Orrery.Kernel;
using Xunit;

namespace Orrery.EndToEnd.Tests.Crashes;

/// <summary>The smallest model that can be trained: one number in, and the labels of 120 rows that follow it nearly always.</summary>
internal static class TinyModel
{
    /// <summary>Of the dataset, its source, the trainer, the model and the pipeline that trains it.</summary>
    public const string Name = "tiny";

    private const int Rows = 120;

    /// <summary>Ingests the training set and declares the trainer.</summary>
    public static async Task DeclareAsync(Server server)
    {
        await server.Client.Resources.ApplyAsync($$"""
            kind: Source
            name: {{Name}}
            spec:
              dataset: {{Name}}
              timestamp: moment
              columns:
                moment: {type: timestamp, required: true}
                size: {type: float64, required: true}
                late: {type: boolean, required: true}
            ---
            kind: Trainer
            name: {{Name}}
            spec:
              trainingSet: {{Name}}
              label: late
              split: {validation: 0.3, test: 0.3}
              transform:
                columns: [{name: size, type: number}]
                steps: []
                outputs: [size]
              learner: {type: logistic-regression}
            ---
            kind: Pipeline
            name: {{Name}}
            spec:
              steps:
                - {name: train, uses: train, with: {trainer: {{Name}} } }
            """);
        var csv = new StringBuilder("moment,size,late\n");
        for (var row = 0; row < Rows; row++)
        {
            var size = row * 37 % 100 / 100.0;
            var late = size > 0.5 ^ row % 11 == 0 ? "true" : "false";
            csv.Append(CultureInfo.InvariantCulture, $"2026-01-{1 + (row / 24):00} {row % 24:00}:00:00,{size},{late}\n");
        }

        await server.Client.Data.IngestAsync(Name, "rows.csv", new MemoryStream(Encoding.ASCII.GetBytes(csv.ToString())));
    }

    /// <summary>Starts a training of its own.</summary>
    public static async Task<RunId> StartTrainingAsync(Server server)
    {
        using var nothing = JsonContent.Create(new { });
        return (await server.Client.SendAsync<Started>(HttpMethod.Post, $"/api/v1/trainers/{Name}/train", nothing)).Run;
    }

    /// <summary>Trains and waits until the model is there.</summary>
    public static async Task<AssetVersion> TrainAsync(Server server)
    {
        var run = await StartTrainingAsync(server);
        await Patience.UntilNothingIsLeftAsync("trainings", async () => (await server.Client.Runs.GetAsync(run)).Status == "running" ? [$"{run}"] : []);
        var ended = await server.Client.Runs.GetAsync(run);
        Assert.True(ended.Status == "finished", $"The training is {ended.Status}: {ended.Error}");
        return await server.Client.Assets.GetAsync(new(AssetKind.Model, Name));
    }

    private sealed record Started(RunId Run);
}
