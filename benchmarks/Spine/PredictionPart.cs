using System.Text;
using Orrery.Benchmarks.Load;
using Orrery.Benchmarks.Processes;
using Orrery.Benchmarks.Reporting;

namespace Orrery.Benchmarks.Spine;

/// <summary>
/// <c>POST /v2/models/flights/infer</c> with nothing but ids, thirty features looked up, beside a bare Kestrel endpoint that parses the same body and answers
/// with the very bytes that ours answered once. wrk runs on the same machine and takes its share of both.
/// </summary>
internal static class PredictionPart
{
    private const string Peer = "Kestrel that parses the same body";

    // As many different requests as keep an entity from being always the same, few enough to lie in a cache.
    private const int Requests = 1_000;

    public static async Task RunAsync(BenchmarkContext context, string folder, CancellationToken cancellationToken)
    {
        if (Wrk.Missing is { } missing)
        {
            context.Report.LeaveOut("prediction", missing);
            return;
        }

        var bodies = context.Workspace.File("requests.jsonl");
        await File.WriteAllLinesAsync(bodies, Enumerable.Range(0, Requests).Select(Body), cancellationToken);
        await using var orrery = await ServerProcess.OrreryAsync(folder, cancellationToken);
        var path = $"v2/models/{FlightHouse.Endpoint}/infer";
        var ours = new Uri(orrery.Address, path);
        var answer = context.Workspace.File("answer.json");
        await using (var file = File.Create(answer))
            await file.WriteAsync(await AskAsync(ours, cancellationToken), cancellationToken);
        await using var bareServer = await ServerProcess.BareAsync(answer, cancellationToken);
        var bare = new Uri(bareServer.Address, path);

        var (seconds, warmUp) = (context.Scale.LoadSeconds, context.Scale.WarmUpSeconds);
        context.Report.Say($"Predictions over HTTP at {Wrk.Connections} connections: {warmUp} s to warm each up, then {context.Scale.Rounds} × {seconds} s each …");
        await Wrk.RunAsync(ours, bodies, warmUp, cancellationToken);
        await Wrk.RunAsync(bare, bodies, warmUp, cancellationToken);
        var (left, right) = await Samples.InTurnAsync(
            context.Scale.Rounds, _ => Wrk.RunAsync(ours, bodies, seconds, cancellationToken), _ => Wrk.RunAsync(bare, bodies, seconds, cancellationToken));
        context.Report.Add(new("prediction/throughput", "requests/s", Peer, Values(left, f => f.PerSecond), Values(right, f => f.PerSecond), Goal.RatioAtLeast(0.5)));
        context.Report.Add(new("prediction/p50", "ms", Peer, Values(left, f => f.P50Ms), Values(right, f => f.P50Ms)));
        context.Report.Add(new("prediction/p99", "ms", Peer, Values(left, f => f.P99Ms), Values(right, f => f.P99Ms), Goal.Below(3, "ms")));
        context.Report.Add(new("prediction/memory", "MB", Peer, [orrery.ResidentMegabytes()], [bareServer.ResidentMegabytes()]));
    }

    private static string Body(int number)
    {
        var (origin, destination) = (number % FlightViews.Airports, (number * 7 + 1) % FlightViews.Airports);
        return $$"""{"inputs":[{"name":"origin","shape":[1],"datatype":"BYTES","data":["{{FlightHouse.Airport(origin)}}"]},{"name":"destination","shape":[1],"datatype":"BYTES","data":["{{FlightHouse.Airport(destination)}}"]}]}""";
    }

    // One request by hand shows that the endpoint answers before seconds are spent on it, and gives the bare server its answer.
    private static async Task<byte[]> AskAsync(Uri address, CancellationToken cancellationToken)
    {
        using var http = new HttpClient(new SocketsHttpHandler());
        using var body = new StringContent(Body(0), Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(address, body, cancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        return answer.IsSuccessStatusCode
            ? bytes
            : throw new InvalidOperationException($"{address} answered {(int)answer.StatusCode}: {Encoding.UTF8.GetString(bytes)}");
    }

    private static double[] Values(IEnumerable<LoadFigures> rounds, Func<LoadFigures, double> value) => [.. rounds.Select(value)];
}
