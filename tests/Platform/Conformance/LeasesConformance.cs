using Orrery.Platform.Work;
using Xunit;

namespace Orrery.Platform.Tests.Conformance;

/// <summary>What every <see cref="ILeases"/> does.</summary>
public abstract class LeasesConformance : Conformance<ILeases>
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task One_of_many_gets_the_lease()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var tokens = await Task.WhenAll(Enumerable.Range(0, 30).Select(i => Task.Run(() => opened.Port.TryAcquireAsync("l", $"h{i}", Minute))));
        Assert.Single(tokens, t => t is not null);
        Assert.NotNull(await opened.Port.TryAcquireAsync("another", "h", Minute));
    }

    [Fact]
    public async Task Its_holder_renews_it_under_the_same_token()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        var token = await opened.Port.TryAcquireAsync("l", "a", Minute);
        storage.Time.Advance(Minute / 2);
        Assert.Equal(token, await opened.Port.TryAcquireAsync("l", "a", Minute));
        storage.Time.Advance(Minute * 0.9);
        Assert.Null(await opened.Port.TryAcquireAsync("l", "b", Minute));
    }

    [Fact]
    public async Task Whoever_takes_it_after_it_ran_out_or_was_given_back_gets_a_greater_token()
    {
        await using var storage = NewStorage();
        var tokens = new List<long?>();
        await using (var opened = await storage.OpenAsync())
        {
            tokens.Add(await opened.Port.TryAcquireAsync("l", "a", Minute));
            storage.Time.Advance(Minute);
            tokens.Add(await opened.Port.TryAcquireAsync("l", "b", Minute));
            await opened.Port.ReleaseAsync("l", "a"); // No longer its lease.
            Assert.Null(await opened.Port.TryAcquireAsync("l", "c", Minute));
            await opened.Port.ReleaseAsync("l", "b");
            tokens.Add(await opened.Port.TryAcquireAsync("l", "c", Minute));
            storage.Time.Advance(Minute);
            tokens.Add(await opened.Port.TryAcquireAsync("l", "c", Minute)); // Its own, but it ran out: somebody may have thought it free.
        }

        await using var again = await storage.OpenAsync();
        Assert.Null(await again.Port.TryAcquireAsync("l", "d", Minute));
        storage.Time.Advance(Minute);
        tokens.Add(await again.Port.TryAcquireAsync("l", "d", Minute));
        Assert.DoesNotContain(null, tokens);
        Assert.Equal(tokens.Distinct().Order(), tokens);
    }

    [Fact]
    public async Task Bad_arguments_are_refused()
    {
        await using var storage = NewStorage();
        await using var opened = await storage.OpenAsync();
        await Assert.ThrowsAsync<ArgumentException>(() => opened.Port.TryAcquireAsync("", "a", Minute));
        await Assert.ThrowsAsync<ArgumentException>(() => opened.Port.TryAcquireAsync("l", "", Minute));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => opened.Port.TryAcquireAsync("l", "a", TimeSpan.Zero));
        await opened.Port.ReleaseAsync("never", "a");
    }
}
