using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Orrery.Platform.Hosting;
using Orrery.Platform.Ownership;
using Orrery.Platform.Signals;

namespace Orrery.Monitoring.Monitors;

/// <summary>Catches up with every watched endpoint a moment after a prediction or a label came.</summary>
internal sealed class EndpointFollower(
    ISignalLog signals, WatchedEndpoints watched, IOwners<EndpointWatch> watches, IOptions<MonitoringOptions> options, TimeProvider clock,
    ILogger<EndpointFollower> logger) : BackgroundLoop
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, (long Predictions, long Labels)> _seen = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (TimeSpan Pause, DateTimeOffset Until)> _failed = new(StringComparer.Ordinal);

    protected override async Task RunAsync(CancellationToken stopping)
    {
        using var timer = new PeriodicTimer(options.Value.PollInterval, clock);
        while (await timer.WaitForNextTickAsync(stopping))
        {
            try
            {
                await LookAsync(stopping);
            }
            catch (Exception error) when (!stopping.IsCancellationRequested) // The border of the loop.
            {
                MonitoringLog.NotLooked(logger, error);
            }
        }
    }

    /// <summary>Catches up with each that has something new.</summary>
    internal async Task LookAsync(CancellationToken cancellationToken)
    {
        foreach (var endpoint in Endpoints().Where(watched.Contains))
            await FollowAsync(endpoint, cancellationToken);
    }

    private IEnumerable<string> Endpoints() => signals.List("predictions").Concat(signals.List("labels")).Select(stream => stream[(stream.IndexOf('/') + 1)..])
        .Distinct(StringComparer.Ordinal);

    private async Task FollowAsync(string endpoint, CancellationToken cancellationToken)
    {
        var now = (signals.Find(PredictionStream.Name(endpoint))?.End ?? 0, signals.Find(LabelStream.Name(endpoint))?.End ?? 0);
        if ((_seen.TryGetValue(endpoint, out var seen) && seen == now) || (_failed.TryGetValue(endpoint, out var failed) && clock.GetUtcNow() < failed.Until))
            return;
        try
        {
            await watches.CallAsync(endpoint, (watch, token) => watch.CatchUpAsync(token), cancellationToken);
            _seen[endpoint] = now;
            _failed.Remove(endpoint);
        }
        catch (Exception error) when (!cancellationToken.IsCancellationRequested) // One broken endpoint must not keep the others from being watched.
        {
            var pause = failed.Pause == default ? options.Value.PollInterval : failed.Pause * 2;
            pause = pause < LongestPause ? pause : LongestPause;
            _failed[endpoint] = (pause, clock.GetUtcNow() + pause);
            MonitoringLog.NotCaughtUp(logger, endpoint, pause, error);
        }
    }
}
