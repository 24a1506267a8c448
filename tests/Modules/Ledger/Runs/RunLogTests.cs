using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Runs.Logs;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Runs;

public sealed class RunLogTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Lines_come_back_in_order_from_any_number_on_and_after_a_restart()
    {
        using var folder = new TempFolder();
        RunId run;
        await using (var platform = await StartInAsync(folder))
        {
            run = (await platform.Runs().StartAsync(Ada, new("train", "x") { Keeper = RunKeeper.Other })).Id;
            await platform.Get<IRunLogs>().AppendAsync(Ada, run, [new("one", Noon), new("two\tand\r\nthree\n", Noon.AddSeconds(1))]);
            var end = await platform.Get<IRunLogs>().AppendAsync(Ada, run, [new("", Noon.AddSeconds(2))]);
            Assert.Equal(new(4, false), end);
        }

        await using var again = await StartInAsync(folder);
        var all = await again.Get<IRunLogs>().ReadAsync(Ada, run);
        Assert.Equal([new(0, Noon, "one"), new(1, Noon.AddSeconds(1), "two\tand"), new(2, Noon.AddSeconds(1), "three"), new(3, Noon.AddSeconds(2), "")], all.Lines);
        Assert.Equal((4, false), (all.Next, all.Ended));
        Assert.Equal([2L, 3L], (await again.Get<IRunLogs>().ReadAsync(Ada, run, 2)).Lines.Select(line => line.Number));
        Assert.Equal([1L], (await again.Get<IRunLogs>().ReadAsync(Ada, run, 1, 1)).Lines.Select(line => line.Number));
    }

    [Fact]
    public async Task Lines_that_are_sent_again_are_there_once_and_a_gap_is_refused()
    {
        await using var platform = await StartAsync();
        var run = (await platform.Runs().StartAsync(Ada, new("train", "x"))).Id;
        var logs = platform.Get<IRunLogs>();
        await logs.AppendAsync(Ada, run, [new("a"), new("b")], first: 0);
        Assert.Equal(3, (await logs.AppendAsync(Ada, run, [new("b"), new("c")], first: 1)).Next);
        Assert.Equal(3, (await logs.AppendAsync(Ada, run, [new("a"), new("b")], first: 0)).Next);
        Assert.Equal(["a", "b", "c"], (await logs.ReadAsync(Ada, run)).Lines.Select(line => line.Text));
        await Assert.ThrowsAsync<InvalidException>(() => logs.AppendAsync(Ada, run, [new("e")], first: 4));
        await Assert.ThrowsAsync<InvalidException>(() => logs.AppendAsync(Ada, run, [new("e")], first: -1));
    }

    [Fact]
    public async Task A_reader_that_waits_is_woken_by_a_line_and_by_the_end_of_the_run()
    {
        await using var platform = await StartAsync();
        var run = (await platform.Runs().StartAsync(Ada, new("train", "x"))).Id;
        var logs = platform.Get<IRunLogs>();
        var waiting = logs.ReadAsync(Ada, run, wait: TimeSpan.FromMinutes(1));
        Assert.False(waiting.IsCompleted);
        await logs.AppendAsync(Ada, run, [new("now")]);
        var part = await waiting;
        Assert.Equal("now", Assert.Single(part.Lines).Text);
        await platform.Runs().FinishAsync(Ada, run, RunStatus.Finished);
        Assert.True((await logs.ReadAsync(Ada, run, part.Next, wait: TimeSpan.FromMinutes(1))).Ended);
    }

    [Fact]
    public async Task A_log_is_bounded_and_says_so()
    {
        await using var platform = await StartAsync();
        var run = (await platform.Runs().StartAsync(Ada, new("train", "x"))).Id;
        var logs = platform.Get<IRunLogs>();
        var longest = new string('x', RunLogStore.MaxLineLength);
        await logs.AppendAsync(Ada, run, [new(longest + "yz")]);
        Assert.Equal(longest + "…", Assert.Single((await logs.ReadAsync(Ada, run)).Lines).Text);

        LogEnd end;
        do
            end = await logs.AppendAsync(Ada, run, [.. Enumerable.Repeat(new NewLogLine(longest), 500)]);
        while (!end.Full);
        Assert.Equal(end, await logs.AppendAsync(Ada, run, [new("more")]));
        var last = (await logs.ReadAsync(Ada, run, end.Next - 1)).Lines;
        Assert.Contains("full", Assert.Single(last).Text, StringComparison.Ordinal);
        Assert.InRange(end.Next * RunLogStore.MaxLineLength, RunLogStore.MaxCharacters, RunLogStore.MaxCharacters + (600L * RunLogStore.MaxLineLength));
        await Assert.ThrowsAsync<QuotaExceededException>(() => logs.AppendAsync(Ada, run, new NewLogLine[20_000]));
    }

    [Fact]
    public async Task A_log_of_another_workspace_or_a_deleted_run_takes_nothing()
    {
        await using var platform = await StartAsync();
        var run = (await platform.Runs().StartAsync(Ada, new("train", "x"))).Id;
        await Assert.ThrowsAsync<NotFoundException>(() => platform.Get<IRunLogs>().ReadAsync(Ada with { Workspace = "other" }, run));
        await platform.Runs().DeleteAsync(Ada, run);
        await Assert.ThrowsAsync<PreconditionFailedException>(() => platform.Get<IRunLogs>().AppendAsync(Ada, run, [new("late")]));
    }
}
