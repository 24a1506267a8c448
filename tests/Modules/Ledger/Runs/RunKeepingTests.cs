using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Runs;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Runs;

/// <summary>A run ends at the latest with the process that works on it.</summary>
public sealed class RunKeepingTests
{
    private static readonly TimeSpan Beyond = TimeSpan.FromSeconds(16); // the lease is 15 s
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task A_run_whose_process_died_is_said_to_have_failed()
    {
        using var folder = new TempFolder();
        Run lost, ended, clients;
        await using (var dying = await StartInAsync(folder, time: _time))
        {
            lost = await dying.Runs().StartAsync(Ada, new("train", "t"));
            await dying.Runs().UpdateAsync(Ada, lost.Id, new(Name: "renamed")); // by somebody who only looks on
            ended = await dying.Runs().StartAsync(Ada, new("train", "t"));
            await dying.Runs().FinishAsync(Ada, ended.Id, RunStatus.Finished);
            clients = await dying.Runs().StartAsync(Ada, new("train", "t") { Keeper = RunKeeper.Other });
        }

        await using var next = await StartInAsync(folder, time: _time);
        await KeepAsync(next);
        Assert.Equal(RunStatus.Running, (await next.Runs().GetAsync(Ada, lost.Id)).Status); // Another process may still be at it.
        _time.Advance(Beyond);
        await KeepAsync(next);

        var read = await next.Runs().GetAsync(Ada, lost.Id);
        Assert.Equal((RunStatus.Failed, "The server ended while it ran.", _time.GetUtcNow()), (read.Status, read.Error, read.EndedAt));
        Assert.Equal(RunStatus.Finished, (await next.Runs().GetAsync(Ada, ended.Id)).Status);
        Assert.Equal(RunStatus.Running, (await next.Runs().GetAsync(Ada, clients.Id)).Status);
        Assert.Contains((await next.Get<IAudit>().ListAsync(Ada, $"run/{lost.Id}", new())).Items, record => record is { Action: "run.failed", Actor: "system:ledger" });
    }

    [Fact]
    public async Task A_long_run_goes_on_as_long_as_its_process_lives()
    {
        await using var platform = await StartAsync(time: _time);
        var run = await platform.Runs().StartAsync(Ada, new("train", "t"));
        for (var beat = 0; beat < 10; beat++)
        {
            _time.Advance(Beyond);
            await KeepAsync(platform);
        }

        Assert.Equal(RunStatus.Running, (await platform.Runs().GetAsync(Ada, run.Id)).Status);
        await platform.Runs().FinishAsync(Ada, run.Id, RunStatus.Finished);
        _time.Advance(Beyond);
        await KeepAsync(platform);
        Assert.Equal(RunStatus.Finished, (await platform.Runs().GetAsync(Ada, run.Id)).Status);
    }

    private static Task KeepAsync(TestPlatform platform) => platform.Services.GetServices<IHostedService>().OfType<RunKeeping>().Single().KeepAsync(default);
}
