using System.Collections.Concurrent;
using Orrery.Platform.Ownership;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>A state that would be wrong if two calls ran on it at once.</summary>
public sealed class Tally(string key) : IDisposable
{
    private int _running;

    /// <summary>Whose it is.</summary>
    public string Key { get; } = key;

    /// <summary>What was added, in order.</summary>
    public List<int> Added { get; } = [];

    /// <summary>Whether it was let go.</summary>
    public bool Disposed { get; private set; }

    /// <summary>Adds, giving others the chance to come between.</summary>
    public async Task<int> AddAsync(int value)
    {
        Assert.Equal(1, Interlocked.Increment(ref _running));
        await Task.Yield();
        Added.Add(value);
        Assert.Equal(0, Interlocked.Decrement(ref _running));
        return Added.Count;
    }

    /// <inheritdoc/>
    public void Dispose() => Disposed = true;
}

/// <summary>Makes tallies and remembers them; fails as often as it is told to.</summary>
internal sealed class TallyFactory : IOwnerFactory<Tally>
{
    public ConcurrentQueue<Tally> Made { get; } = new();

    public int FailuresLeft { get; set; }

    /// <inheritdoc/>
    public async Task<Tally> CreateAsync(string key, CancellationToken cancellationToken)
    {
        await Task.Yield();
        if (FailuresLeft-- > 0)
            throw new FormatException("The state could not be loaded.");
        var tally = new Tally(key);
        Made.Enqueue(tally);
        return tally;
    }
}

/// <summary>What every <see cref="IOwners{TOwner}"/> does.</summary>
public abstract class OwnersConformance : Conformance<IOwners<Tally>>
{
    /// <summary>New storage whose owners come from <paramref name="factory"/>.</summary>
    protected abstract IAdapterStorage<IOwners<Tally>> NewStorage(IOwnerFactory<Tally> factory);

    /// <inheritdoc/>
    protected sealed override IAdapterStorage<IOwners<Tally>> NewStorage() => NewStorage(new TallyFactory());

    [Fact]
    public async Task Calls_of_one_key_run_one_after_the_other_in_the_order_they_came_on_one_owner()
    {
        var factory = new TallyFactory();
        await using var storage = NewStorage(factory);
        await using var opened = await storage.OpenAsync();
        var calls = Enumerable.Range(0, 300).Select(i => opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(i))).ToArray();
        Assert.Equal(Enumerable.Range(1, 300), await Task.WhenAll(calls));
        Assert.Equal(Enumerable.Range(0, 300), Assert.Single(factory.Made).Added);
    }

    [Fact]
    public async Task Racing_first_calls_make_one_owner_a_key()
    {
        var factory = new TallyFactory();
        await using var storage = NewStorage(factory);
        await using var opened = await storage.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Task.Run(() => opened.Port.CallAsync($"k{i % 10}", (tally, _) => tally.AddAsync(i)))));
        Assert.Equal(10, factory.Made.Count);
        Assert.All(factory.Made, tally => Assert.Equal(20, tally.Added.Count));
    }

    [Fact]
    public async Task Keys_do_not_wait_for_each_other()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var held = new TaskCompletionSource<int>();
        var slow = opened.Port.CallAsync("slow", (_, _) => held.Task);
        Assert.Equal(1, await opened.Port.CallAsync("quick", (tally, _) => tally.AddAsync(1)));
        held.SetResult(7);
        Assert.Equal(7, await slow);
    }

    [Fact]
    public async Task An_owner_whose_call_threw_stays()
    {
        var factory = new TallyFactory();
        await using var storage = NewStorage(factory);
        await using var opened = await storage.OpenAsync();
        await opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(1));
        await Assert.ThrowsAsync<FormatException>(() => opened.Port.CallAsync<int>("k", (_, _) => throw new FormatException()));
        Assert.Equal(2, await opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(2)));
        Assert.Single(factory.Made);
    }

    [Fact]
    public async Task An_owner_whose_loading_threw_is_made_again()
    {
        var factory = new TallyFactory { FailuresLeft = 2 };
        await using var storage = NewStorage(factory);
        await using var opened = await storage.OpenAsync();
        await Assert.ThrowsAsync<FormatException>(() => opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(1)));
        await Assert.ThrowsAsync<FormatException>(() => opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(1)));
        Assert.Equal(1, await opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(1)));
    }

    [Fact]
    public async Task A_released_owner_is_disposed_after_its_calls_and_made_again_when_called()
    {
        var factory = new TallyFactory();
        await using var storage = NewStorage(factory);
        await using var opened = await storage.OpenAsync();
        var held = new TaskCompletionSource<int>();
        var running = opened.Port.CallAsync("k", (_, _) => held.Task);
        var released = opened.Port.ReleaseAsync("k");
        var after = opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(1));
        Assert.False(released.IsCompleted);
        held.SetResult(0);
        await running;
        await released;
        Assert.Equal(1, await after);
        Assert.Equal([true, false], factory.Made.Select(t => t.Disposed));
        await opened.Port.ReleaseAsync("never called");
    }

    [Fact]
    public async Task Calls_and_releases_that_race_never_use_a_disposed_owner()
    {
        var factory = new TallyFactory();
        await using var storage = NewStorage(factory);
        await using var opened = await storage.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 400).Select(i => Task.Run(async () =>
        {
            if (i % 5 == 0)
                await opened.Port.ReleaseAsync("k");
            else
            {
                await opened.Port.CallAsync("k", (tally, _) =>
                {
                    Assert.False(tally.Disposed);
                    return tally.AddAsync(i);
                });
            }
        })));
        Assert.Equal(320, factory.Made.Sum(t => t.Added.Count));
        Assert.Equal(1, factory.Made.Count(t => !t.Disposed) + (factory.Made.All(t => t.Disposed) ? 1 : 0));
    }

    [Fact]
    public async Task A_call_that_is_cancelled_while_it_waits_does_not_run_and_holds_nobody_up()
    {
        var factory = new TallyFactory();
        await using var storage = NewStorage(factory);
        await using var opened = await storage.OpenAsync();
        var held = new TaskCompletionSource<int>();
        var first = opened.Port.CallAsync("k", (_, _) => held.Task);
        using var cancel = new CancellationTokenSource();
        var second = opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(2), cancel.Token);
        var third = opened.Port.CallAsync("k", (tally, _) => tally.AddAsync(3));
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => second);
        Assert.False(third.IsCompleted); // The line still waits for the first.
        held.SetResult(0);
        await first;
        await third;
        Assert.Equal([3], Assert.Single(factory.Made).Added);
    }
}
