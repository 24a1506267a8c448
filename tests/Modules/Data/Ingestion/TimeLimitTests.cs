using Microsoft.Extensions.Time.Testing;
using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Xunit;

namespace Orrery.Data.Tests.Ingestion;

public sealed class TimeLimitTests
{
    /// <summary>Would take hours.</summary>
    private const string Endless = "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE hash(a.range + b.range) = 42";

    [Fact]
    public async Task A_statement_that_takes_too_long_is_interrupted_and_the_caller_told()
    {
        var time = new FakeTimeProvider();
        using var session = new AnalyticsEngine(new()).Open();
        using var limit = new TimeLimit(time, TimeSpan.FromMinutes(30), default);

        var run = limit.RunAsync(token => session.SingleAsync(Endless, row => row.GetInt64(0), token));
        time.Advance(TimeSpan.FromMinutes(31));

        Assert.Contains("longer than 00:30:00", (await Assert.ThrowsAsync<QuotaExceededException>(() => run)).Message);
    }

    [Fact]
    public async Task A_caller_who_cancels_gets_a_cancellation()
    {
        using var source = new CancellationTokenSource();
        using var session = new AnalyticsEngine(new()).Open();
        using var limit = new TimeLimit(new FakeTimeProvider(), TimeSpan.FromMinutes(30), source.Token);

        var run = limit.RunAsync(token => session.SingleAsync(Endless, row => row.GetInt64(0), token));
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => run);
    }
}
