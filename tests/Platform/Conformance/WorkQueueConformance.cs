using CsCheck;
using Orrery.Platform.Work;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>What every <see cref="IWorkQueue"/> does.</summary>
public abstract class WorkQueueConformance : Conformance<IWorkQueue>
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Items_come_in_the_order_they_were_due_and_survive_reopening()
    {
        await using var storage = NewStorage();
        await using (var opened = await storage.OpenAsync())
        {
            foreach (var key in new[] { "a", "b", "c" })
                Assert.True(await opened.Port.EnqueueAsync("q", key, new byte[] { (byte)key[0] }));
        }

        await using var again = await storage.OpenAsync();
        Assert.Equal(3, await again.Port.CountAsync("q"));
        var item = (await again.Port.TryTakeAsync("q", "w", Minute))!;
        Assert.Equal(("a", 1, (byte)'a'), (item.Key, item.Attempt, item.Payload.Span[0]));
        Assert.Equal("b", (await again.Port.TryTakeAsync("q", "w", Minute))!.Key);
        Assert.Null(await again.Port.TryTakeAsync("other", "w", Minute));
    }

    [Fact]
    public async Task An_unfinished_key_is_not_added_twice()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var added = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => opened.Port.EnqueueAsync("q", "k", default)));
        Assert.Single(added, true);
        Assert.True(await opened.Port.EnqueueAsync("other", "k", default));
        var item = (await opened.Port.TryTakeAsync("q", "w", Minute))!;
        Assert.False(await opened.Port.EnqueueAsync("q", "k", default));
        Assert.True(await opened.Port.CompleteAsync(item));
        Assert.True(await opened.Port.EnqueueAsync("q", "k", default));
    }

    [Fact]
    public async Task Each_item_goes_to_one_worker()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        for (var i = 0; i < 40; i++)
            await opened.Port.EnqueueAsync("q", $"{i}", default);
        var taken = await Task.WhenAll(Enumerable.Range(0, 60).Select(i => Task.Run(() => opened.Port.TryTakeAsync("q", $"w{i}", Minute))));
        Assert.Equal(40, taken.OfType<WorkItem>().Select(w => w.Id).Distinct().Count());
        Assert.Equal(20, taken.Count(w => w is null));
    }

    [Fact]
    public async Task An_item_whose_lease_ran_out_is_handed_out_again_and_its_old_worker_has_lost_it()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await opened.Port.EnqueueAsync("q", "k", default);
        var first = (await opened.Port.TryTakeAsync("q", "dies", Minute))!;
        storage.Time.Advance(Minute - TimeSpan.FromMilliseconds(1));
        Assert.Null(await opened.Port.TryTakeAsync("q", "w", Minute));
        storage.Time.Advance(TimeSpan.FromMilliseconds(1));
        var second = (await opened.Port.TryTakeAsync("q", "w", Minute))!;
        Assert.Equal((first.Id, 2), (second.Id, second.Attempt));
        Assert.NotEqual(first.Token, second.Token);
        Assert.False(await opened.Port.RenewAsync(first, Minute));
        Assert.False(await opened.Port.ReleaseAsync(first, storage.Time.GetUtcNow()));
        Assert.False(await opened.Port.CompleteAsync(first));
        Assert.True(await opened.Port.CompleteAsync(second));
        Assert.False(await opened.Port.CompleteAsync(second));
    }

    [Fact]
    public async Task A_renewed_lease_holds_longer()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await opened.Port.EnqueueAsync("q", "k", default);
        var item = (await opened.Port.TryTakeAsync("q", "w", Minute))!;
        storage.Time.Advance(Minute / 2);
        Assert.True(await opened.Port.RenewAsync(item, Minute));
        storage.Time.Advance(Minute * 0.9);
        Assert.Null(await opened.Port.TryTakeAsync("q", "other", Minute));
    }

    [Fact]
    public async Task A_released_item_comes_again_when_it_is_due()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await opened.Port.EnqueueAsync("q", "k", new byte[] { 1, 2, 3 });
        var item = (await opened.Port.TryTakeAsync("q", "w", Minute))!;
        Assert.True(await opened.Port.ReleaseAsync(item, storage.Time.GetUtcNow() + Minute));
        Assert.False(await opened.Port.CompleteAsync(item));
        Assert.Null(await opened.Port.TryTakeAsync("q", "w", Minute));
        storage.Time.Advance(Minute);
        var again = (await opened.Port.TryTakeAsync("q", "w", Minute))!;
        Assert.Equal(2, again.Attempt);
        Assert.Equal([1, 2, 3], again.Payload.ToArray());
    }

    [Fact]
    public async Task A_waiter_wakes_when_an_item_is_added_becomes_due_or_after_its_time()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var waiting = opened.Port.WaitAsync("q", TimeSpan.FromDays(10));
        await opened.Port.EnqueueAsync("q", "now", default);
        await waiting;
        await opened.Port.WaitAsync("q", TimeSpan.FromDays(10)); // Something is there: no wait.
        await opened.Port.TryTakeAsync("q", "w", TimeSpan.FromDays(100));

        await opened.Port.EnqueueAsync("q", "later", default, storage.Time.GetUtcNow() + Minute);
        Assert.Null(await opened.Port.TryTakeAsync("q", "w", Minute));
        // A wake for what was added before may still be on its way, so that one wait ends early: a waiter looks and waits again.
        WorkItem? later = null;
        for (var i = 0; later is null && i < 3; i++)
        {
            await PassesAsync(storage, opened.Port.WaitAsync("q", TimeSpan.FromDays(10)));
            later = await opened.Port.TryTakeAsync("q", "w", TimeSpan.FromDays(100));
        }

        Assert.NotNull(later);

        await PassesAsync(storage, opened.Port.WaitAsync("empty", Minute));
        using var cancel = new CancellationTokenSource();
        var cancelled = opened.Port.WaitAsync("empty", Minute, cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
    }

    [Fact]
    public async Task Bad_arguments_are_refused_before_anything_is_written()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => opened.Port.EnqueueAsync("q", "k", new byte[64 * 1024 + 1]));
        await Assert.ThrowsAsync<ArgumentException>(() => opened.Port.EnqueueAsync("", "k", default));
        await Assert.ThrowsAsync<ArgumentException>(() => opened.Port.EnqueueAsync("q", "", default));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => opened.Port.TryTakeAsync("q", "w", TimeSpan.Zero));
        Assert.Equal(0, await opened.Port.CountAsync("q"));
    }

    [Fact]
    public async Task Random_work_agrees_with_a_model()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var next = 0;
        var step = Gen.Select(Gen.OneOf("enqueue", "take", "take", "complete", "release", "renew", "advance"), Gen.Int[0, 4], Gen.Int[1, 90]);
        await step.Array[1, 40].SampleAsync(async steps =>
        {
            var run = new WorkQueueModelRun(opened.Port, storage.Time, $"model-{next++}");
            foreach (var (what, key, seconds) in steps)
                await run.StepAsync(what, key, TimeSpan.FromSeconds(seconds));
        }, iter: 40, threads: 1);
    }

    /// <summary>Moves the clock until the task is done: the timer may be set after the first move.</summary>
    private static async Task PassesAsync(IAdapterStorage<IWorkQueue> storage, Task waiting)
    {
        while (!waiting.IsCompleted)
        {
            storage.Time.Advance(Minute / 4);
            await Task.Yield();
        }

        await waiting;
    }
}
