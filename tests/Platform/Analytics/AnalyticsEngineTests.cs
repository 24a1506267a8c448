using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Analytics;

public sealed class AnalyticsEngineTests
{
    /// <summary>The spill files of a session are named by number, so sessions that spilled into one folder read each other's blocks.</summary>
    [Fact]
    public async Task Sessions_that_spill_at_the_same_time_do_not_disturb_each_other()
    {
        using var folder = new TempFolder();
        var engine = new AnalyticsEngine(new() { Threads = 1, MemoryMiB = 48, SpillFolder = folder.Path });

        var wrong = await Task.WhenAll(Enumerable.Range(0, 4).Select(async i =>
        {
            using var session = engine.Open();
            await session.ExecuteAsync($"CREATE TEMP TABLE t AS SELECT r * 4 + {i} AS x, hash(r * 4 + {i}) AS h FROM range(4000000) t(r)");
            return await session.SingleAsync($"SELECT count(*) FILTER (WHERE hash(x) <> h OR x % 4 <> {i}) FROM t", row => row.GetInt64(0));
        }));

        Assert.Equal([0, 0, 0, 0], wrong);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.Path));
    }

    [Theory]
    [InlineData(8, 256, 8)]
    [InlineData(8, 700, 2)]
    [InlineData(2, 256, 2)]
    [InlineData(8, 100_000, 1)]
    public void Workers_are_as_many_as_threads_and_memory_allow(int threads, long mebibytesEach, int workers) =>
        Assert.Equal(workers, new AnalyticsEngine(new() { Threads = threads, MemoryMiB = 2048 }).WorkersFor(mebibytesEach << 20));

    [Fact]
    public async Task A_session_is_single_threaded_until_told_otherwise_and_its_duplicates_with_it()
    {
        var engine = new AnalyticsEngine(new() { Threads = 8 });
        using var session = engine.Open();
        using (await engine.SingleThreadedAsync(session))
        {
            using var duplicate = session.Duplicate();
            duplicate.Open();
            Assert.Equal(1, await ThreadsAsync(duplicate));
        }

        Assert.Equal(8, await ThreadsAsync(session));
    }

    private static Task<long> ThreadsAsync(DuckDB.NET.Data.DuckDBConnection session) => session.SingleAsync("SELECT current_setting('threads')", row => row.GetInt64(0));
}
