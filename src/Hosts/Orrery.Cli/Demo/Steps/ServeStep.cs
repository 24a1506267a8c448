using System.Text;
using Orrery.Kernel;

namespace Orrery.Cli.Demo.Steps;

/// <summary>Asks the endpoint with nothing but ids, and proves that it sees what training would have seen.</summary>
internal sealed class ServeStep : IDemoStep
{
    private const int Compared = 1_000;

    public string Name => "serve";

    public string Title => "Serve";

    public string Sentence => "one ONNX graph from raw inputs to score; features looked up by airport";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var (orrery, story) = (context.Orrery, context.Story);
        if ((await orrery.Pipelines.ListAsync("skew-check", cancellationToken: cancellationToken)).Items.Any(run => run.Status == "finished"))
        {
            story.Fact($"offline and online values were compared already, before the first week was lived through");
            context.Keep("already", true);
            return true;
        }

        var start = FlightsSample.Monday(context.Options.TrainingWeeks + 1);
        var online = await orrery.Features.ReadAsync("flight-delays", [new Dictionary<string, string> { ["origin"] = "ORD", ["destination"] = "ATL" }], start, cancellationToken);
        story.Fact($"feature service: ORD → ATL gives {online.Features.Count} features, {online.Features[0]} = {online.Rows[0].Values[0]:0.0} minutes");

        var requests = Requests(context, start);
        var answer = await Inference.PredictAsync(orrery, "first-requests", start, requests, cancellationToken);
        story.Fact($"POST /v2/models/flights/infer: the first flight, {requests[0].Origin} → {requests[0].Destination}, is late with a chance of [bold]{answer.Chances[0]:P1}[/]");

        var different = await CompareAsync(context, requests, start, cancellationToken);
        story.Verdict(different == 0, $"{requests.Count:N0} requests: {online.Features.Count} features each, online and offline values equal to the last bit{(different == 0 ? "" : $" but for {different}")}");
        context.Keep("features", online.Features.Count);
        context.Keep("comparedRows", requests.Count);
        context.Keep("differentBits", different);
        context.Keep("firstChance", answer.Chances[0]);
        return different == 0;
    }

    // The first flights of the next week, asked for at its first moment.
    private static List<Flight> Requests(DemoContext context, DateTimeOffset start) =>
        [.. context.Sample.Read(context.Options.TrainingWeeks + 1, context.Options.TrainingWeeks + 1).Take(Compared).Select(flight => flight with { Scheduled = start })];

    // Offline, the same requests go through the point-in-time join of a pipeline; the values must be those of the online store.
    private static async Task<long> CompareAsync(DemoContext context, List<Flight> requests, DateTimeOffset start, CancellationToken cancellationToken)
    {
        var orrery = context.Orrery;
        var online = await orrery.Features.ReadAsync(
            "flight-delays", [.. requests.Select(flight => new Dictionary<string, string> { ["origin"] = flight.Origin, ["destination"] = flight.Destination })], start, cancellationToken);
        using var csv = new MemoryStream(Encoding.UTF8.GetBytes(
            "scheduled,origin,destination\n" + string.Concat(requests.Select(flight => $"{flight.Scheduled:yyyy-MM-dd HH:mm},{flight.Origin},{flight.Destination}\n"))));
        await orrery.Data.IngestAsync("requests", "requests.csv", csv, cancellationToken);
        var run = await PipelineWatch.UntilEndAsync(orrery, (await orrery.Pipelines.StartAsync("skew-check", cancellationToken: cancellationToken)).Run.Id, cancellationToken);
        if (run.Run.Status != "finished")
            throw new OrreryException(ErrorCode.Internal, $"The pipeline skew-check {run.Run.Status}: {run.Run.Error}");

        var version = await orrery.Assets.GetAsync(new AssetRef(AssetKind.Dataset, "requests-offline"), cancellationToken);
        var offline = await orrery.Data.RowsAsync("requests-offline", version.Number, Compared, cancellationToken: cancellationToken);
        // The join keeps no order that a request had, so rows meet by their airports, whose features are the same in each.
        var byRoute = requests.Zip(online.Rows).DistinctBy(pair => (pair.First.Origin, pair.First.Destination)).ToDictionary(pair => (pair.First.Origin, pair.First.Destination), pair => pair.Second);
        var names = offline.Columns.Select(column => column.Name).ToList();
        var columns = online.Features.Select(name => names.IndexOf(name)).ToList();
        var (origin, destination) = (names.IndexOf("origin"), names.IndexOf("destination"));
        long different = offline.Rows.Count == requests.Count ? 0 : requests.Count;
        foreach (var row in offline.Rows)
        {
            var values = byRoute[(row[origin].GetString()!, row[destination].GetString()!)].Values;
            for (var i = 0; i < columns.Count; i++)
            {
                var cell = row[columns[i]];
                double? expected = cell.ValueKind == System.Text.Json.JsonValueKind.Number ? cell.GetDouble() : null;
                if (BitConverter.DoubleToInt64Bits(expected ?? double.NaN) != BitConverter.DoubleToInt64Bits(values[i] ?? double.NaN))
                    different++;
            }
        }

        return different;
    }
}
