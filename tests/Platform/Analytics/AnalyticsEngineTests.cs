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
    public async Task A_worker_has_one_thread_and_its_share_of_the_memory()
    {
        using var session = new AnalyticsEngine(new() { Threads = 8, MemoryMiB = 2048 }).OpenWorker(4);

        var settings = await session.SingleAsync("SELECT current_setting('threads') || ', ' || current_setting('memory_limit')", row => row.GetString(0));

        Assert.Equal("1, 512.0 MiB", settings);
    }
}
