using System.Diagnostics.Metrics;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Resources;
using Orrery.Monitoring.Joining;
using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.Windows;
using Orrery.Platform.Access;
using Xunit;

namespace Orrery.Monitoring.Tests.Windows;

/// <summary>A monitor that is cut off in the middle of its work goes on as if it had not been.</summary>
public sealed class InterruptionTests
{
    private static readonly AsyncLocal<Interruption?> Current = new(); // tests that run beside this one measure too

    [Fact]
    public async Task Cut_off_at_any_evaluation_it_finds_the_same()
    {
        var whole = await FindAsync(cutOffAt: null);
        for (var evaluation = 1; evaluation <= 6; evaluation++)
            Assert.Equal(whole, await FindAsync(evaluation));
    }

    private static async Task<string> FindAsync(int? cutOffAt)
    {
        await using var world = await World.StartAsync("""{"labels": {"wait": "2h"}}""", trainingRows: 500);
        for (var day = 0; day < 4; day++)
            await world.LiveAsync(Streams.Start.AddDays(day), TimeSpan.FromDays(1), 600, new() { Mean = day > 1 ? 1 : 0 });
        if (cutOffAt is { } evaluation)
            await CutOffAsync(world, evaluation);

        await world.CatchUpAsync();
        var alerts = (await world.AlertsAsync()).Select(a => $"{a.Id} {a.Message}");
        return string.Join('\n', (await world.WindowsAsync()).Select(w => JsonSerializer.Serialize(w, LedgerJson.Options)).Concat(alerts));
    }

    private static async Task CutOffAsync(World world, int evaluation)
    {
        // All labels are joined, but no window is evaluated yet.
        var join = await EndpointJoin.LoadAsync(
            World.Endpoint, world.Platform.Signals, world.Platform.KeyValues, TimeSpan.FromDays(90), TimeProvider.System, default);
        await join.CatchUpAsync(default);

        var declared = await world.Platform.Get<IResources>().GetAsync<MonitorSpec>(World.Ada, new(AssetKind.Monitor, "flights"));
        using var interruption = new Interruption(evaluation);
        using var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == "orrery.monitoring.evaluation")
                    listener.EnableMeasurementEvents(instrument);
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Current.Value?.Evaluated());
        listener.Start();
        Current.Value = interruption;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => world.Platform.Get<MonitorRun>().AdvanceAsync(
            new(Caller.System("monitoring"), declared.Version, declared.Spec), world.Platform.Signals.Find("predictions/flights")!.End, interruption.Token));
        Current.Value = null;
    }

    private sealed class Interruption(int evaluation) : IDisposable
    {
        private readonly CancellationTokenSource _source = new();
        private int _left = evaluation;

        public CancellationToken Token => _source.Token;

        public void Evaluated()
        {
            if (--_left == 0)
                _source.Cancel();
        }

        public void Dispose() => _source.Dispose();
    }
}
