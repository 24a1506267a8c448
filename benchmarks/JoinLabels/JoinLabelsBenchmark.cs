using System.Diagnostics;
using Orrery.Benchmarks.Processes;
using Orrery.Benchmarks.Reporting;
using Orrery.Monitoring.Monitors;
using Orrery.Platform.Signals;

namespace Orrery.Benchmarks.JoinLabels;

/// <summary>
/// How many label records a second Monitoring joins to their predictions, beside a dictionary in memory that reads the same streams and writes the same outcomes but
/// would forget all that waits when the process ends. Each round has streams of its own.
/// </summary>
internal sealed class JoinLabelsBenchmark : IBenchmark
{
    private const string Peer = "a dictionary in memory";

    private const string Part = "join";

    public string Name => "join-labels";

    public string Summary => "labels joined to predictions by Monitoring";

    public IReadOnlyList<string> Parts { get; } = [Part];

    public async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        var records = context.Scale.Labels;
        context.Report.Say($"Joining {records:N0} labels to as many predictions, each round …");
        await using var house = OpenHouse.Open(context.Workspace.NewFolder());
        var signals = house.Get<ISignalLog>();
        // The first streams are for both to warm up on.
        for (var round = 0; round <= context.Scale.Rounds; round++)
            await LabelledStreams.WriteAsync(signals, Endpoint(round), records, cancellationToken);
        await OursAsync(house, Endpoint(0), records, cancellationToken);
        await BareAsync(signals, Endpoint(0), records, cancellationToken);
        var (ours, bare) = await Samples.InTurnAsync(
            context.Scale.Rounds, round => OursAsync(house, Endpoint(round + 1), records, cancellationToken),
            round => BareAsync(signals, Endpoint(round + 1), records, cancellationToken));
        context.Report.Add(new("join-labels/throughput", "labels/s", Peer, ours, bare));
    }

    private static string Endpoint(int round) => FormattableString.Invariant($"e{round}");

    private static async Task<double> OursAsync(OpenHouse house, string endpoint, int records, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        var status = await house.Get<IMonitors>().CatchUpAsync(OpenHouse.Caller, endpoint, cancellationToken);
        return PerSecond(status.Outcomes, records, started);
    }

    private static async Task<double> BareAsync(ISignalLog signals, string endpoint, int records, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        return PerSecond(await DictionaryJoin.RunAsync(signals, endpoint, cancellationToken), records, started);
    }

    private static double PerSecond(long outcomes, int records, long started) => outcomes == records
        ? records / Stopwatch.GetElapsedTime(started).TotalSeconds
        : throw new InvalidOperationException($"Expected {records} outcomes, got {outcomes}.");
}
