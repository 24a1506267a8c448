using System.Globalization;
using System.Text;
using Orrery.Hosts.Tests.Server;
using Orrery.Ledger.Runs;
using Orrery.Monitoring.Monitors;
using Orrery.Pipelines;
using Orrery.Platform.Access;
using Orrery.Serving.Predictions;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

/// <summary>
/// Lets a model live its life on a test server, through the modules themselves: data, training, gate, predictions, labels, monitoring; then a strike, of which the monitor
/// alerts, and a challenger, whose canary still runs.
/// </summary>
internal static class Deliveries
{
    private const int Training = 3_000, Predictions = 400, Strike = 300, Canary = 160;
    private static readonly string[] Depots = ["north", "south", "harbour"];
    private static readonly DateTimeOffset Start = new(2024, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan Apart = TimeSpan.FromMinutes(15);
    private static readonly Caller Ada = new(Caller.DefaultWorkspace, "user:ada", Role.Admin);

    public static async Task LiveAsync(TestServer server)
    {
        var resources = await File.ReadAllTextAsync(Repository.Path("tests/Hosts/Web/deliveries.yaml"));
        await server.Client.Resources.ApplyAsync(resources);
        using var file = new MemoryStream(Encoding.UTF8.GetBytes(Csv()));
        await server.Client.Data.IngestAsync("deliveries", "january.csv", file);
        await TrainAsync(server.Get<IPipelines>());
        await PredictAsync(server, 0, Predictions, IsLate);
        await PredictAsync(server, Predictions, Strike, _ => true);

        await server.Client.Resources.ApplyAsync(resources.Replace("seed: 3", "seed: 4", StringComparison.Ordinal));
        await TrainAsync(server.Get<IPipelines>());
        await PredictAsync(server, Predictions + Strike, Canary, IsLate);
    }

    private static async Task TrainAsync(IPipelines pipelines)
    {
        var run = await pipelines.WaitAsync(Ada, await pipelines.StartAsync(Ada, "train-deliveries"));
        Assert.True(run.Run.Status == RunStatus.Finished, run.Run.Error);
        Assert.Equal(StepStatus.Succeeded, run.Step("deploy").Status);
    }

    private static string Csv()
    {
        var csv = new StringBuilder("placed,depot,distance,size,late\nyesterday,north,3,small,false\n");
        for (var i = 0; i < Training; i++)
        {
            csv.Append(CultureInfo.InvariantCulture, $"{Start + (i * Apart):yyyy-MM-dd HH:mm:ss},{Depots[i % 3]},{1 + (i % 20)},{(i % 2 == 0 ? "small" : "large")},{(IsLate(i) ? "true" : "false")}\n");
        }

        return csv.ToString();
    }

    private static async Task PredictAsync(TestServer server, int from, int count, Func<int, bool> isLate)
    {
        var predictions = server.Get<IPredictions>();
        var labels = new List<PredictionLabel>();
        for (var i = Training + from; i < Training + from + count; i++)
        {
            var at = Start + (i * Apart);
            await using var prediction = predictions.Begin(Ada, "deliveries");
            (prediction.Id, prediction.At) = (FormattableString.Invariant($"order-{i}"), at);
            prediction.BeginInput("depot"u8, [1]);
            prediction.SetText(0, Encoding.UTF8.GetBytes(Depots[i % 3]));
            prediction.BeginInput("placed"u8, [1]);
            prediction.SetNumber(0, at.ToUnixTimeSeconds());
            await prediction.ScoreAsync();
            prediction.Answered();
            labels.Add(new(prediction.Id, isLate(i) ? 1 : 0, at + Apart));
        }

        await predictions.FlushAsync(Ada, "deliveries");
        await predictions.LabelAsync(Ada, "deliveries", labels);
        await server.Get<IMonitors>().CatchUpAsync(Ada, "deliveries");
    }

    // Late in the evening and from the harbour, most of the time; what a tree can learn, and never all of it.
    private static bool IsLate(int order)
    {
        var risk = ((Start + (order * Apart)).Hour >= 17 ? 5 : 1) + (order % 3 == 2 ? 3 : 0);
        return (order * 2_654_435_761L >> 7) % 10 < risk;
    }
}
