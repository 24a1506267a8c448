using Orrery.Benchmarks.Processes;
using Orrery.Benchmarks.Reporting;

namespace Orrery.Benchmarks.Spine;

/// <summary><c>orrery up</c> on an empty folder beside an empty Kestrel app: time until ready, resident memory then and after the first requests.</summary>
internal static class StartUpPart
{
    private const string Peer = "an empty Kestrel app";

    // A page, the OpenAPI-described API, the health probe: what a person's first click and a probe touch.
    private static readonly string[] FirstRequests = ["", "api/v1/version", "api/v1/assets", "api/v1/runs", "readyz"];

    public static async Task RunAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        context.Report.Say($"Starting 'orrery up' on empty folders …");
        // Once each unmeasured: the programs' files are then in the page cache, as on every start but the first after a boot.
        await OursAsync(context, cancellationToken);
        await BareAsync(cancellationToken);
        var (ours, bare) = await Samples.InTurnAsync(context.Scale.Rounds, _ => OursAsync(context, cancellationToken), _ => BareAsync(cancellationToken));
        context.Report.Add(new("start-up/ready", "ms", Peer, Values(ours, f => f.ReadyMs), Values(bare, f => f.ReadyMs), Goal.Below(600, "ms")));
        context.Report.Add(new("start-up/memory", "MB", Peer, Values(ours, f => f.Megabytes), Values(bare, f => f.Megabytes), Goal.Below(150, "MB")));
        context.Report.Add(new(
            "start-up/memory-used", "MB", Peer, Values(ours, f => f.MegabytesUsed), Values(bare, f => f.MegabytesUsed)));
    }

    private static async Task<StartFigures> OursAsync(BenchmarkContext context, CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.OrreryAsync(context.Workspace.NewFolder(), cancellationToken);
        return await LookAsync(server, FirstRequests, cancellationToken);
    }

    private static async Task<StartFigures> BareAsync(CancellationToken cancellationToken)
    {
        await using var server = await ServerProcess.BareAsync(null, cancellationToken);
        return await LookAsync(server, Enumerable.Repeat("readyz", FirstRequests.Length), cancellationToken);
    }

    private static async Task<StartFigures> LookAsync(ServerProcess server, IEnumerable<string> requests, CancellationToken cancellationToken)
    {
        var atReady = server.ResidentMegabytes();
        using var http = new HttpClient(new SocketsHttpHandler()) { BaseAddress = server.Address };
        foreach (var path in requests)
        {
            using var answer = await http.GetAsync(new Uri(path, UriKind.Relative), cancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        return new(server.ReadyAfter.TotalMilliseconds, atReady, server.ResidentMegabytes());
    }

    private static double[] Values(IEnumerable<StartFigures> rounds, Func<StartFigures, double> value) => [.. rounds.Select(value)];

    private readonly record struct StartFigures(double ReadyMs, double Megabytes, double MegabytesUsed);
}
