using DuckDB.NET.Data;
using Orrery.Data.Datasets.Storage;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Datasets;

public sealed class CanonicalParquetTests : IDisposable
{
    /// <summary>20,000 rows whose vectors are partly full.</summary>
    private const string Rows = "SELECT i AS id, CAST(hash(i) % 1000 AS DOUBLE) / 8 AS value, 'text ' || (i % 100) AS text FROM range(30000) t(i) WHERE i % 3 > 0";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Neither_the_way_of_the_rows_nor_threads_nor_memory_change_the_bytes()
    {
        var written = new HashSet<string>();
        foreach (var (threads, memory) in new[] { (1, 2048), (4, 2048), (4, 256) })
        {
            var engine = new AnalyticsEngine(new AnalyticsOptions { Threads = threads, MemoryMiB = memory });
            using var session = engine.Open();
            // Vectors that are partly full, from a filter; whole ones, from a table; rows that a sort put into their order.
            await session.ExecuteAsync($"CREATE TABLE filtered AS {Rows}");
            foreach (var query in new[] { Rows, "FROM filtered", "FROM filtered ORDER BY id", $"FROM ({Rows} LIMIT 700) UNION ALL FROM ({Rows} OFFSET 700)" })
            {
                using var scratch = new ScratchFolder(_folder.Path);
                using var staged = await CanonicalParquet.StageAsync(session, query, default);
                var parts = await Parquet(engine).WriteAsync(staged, scratch, default);
                Assert.Equal([4096, 4096, 4096, 4096, 3616], parts.Select(p => p.Rows));
                written.Add(string.Join(", ", parts.Select(p => Digest.Of(File.ReadAllBytes(p.Path)))));
            }
        }

        Assert.Single(written);
    }

    [Fact]
    public async Task A_staging_table_whose_own_row_groups_are_not_whole_changes_no_byte()
    {
        // What a parallel scan with a filter leaves: DuckDB's own row groups end where a batch ended.
        const string Source = "SELECT i AS id FROM range(300000) t(i)";
        var engine = new AnalyticsEngine(new AnalyticsOptions { Threads = 2 });
        using var session = engine.Open();
        using var staged = await CanonicalParquet.StageAsync(session, Source, default);
        using var scratch = new ScratchFolder(_folder.Path);
        var whole = await DigestsAsync();
        await session.ExecuteAsync($"CREATE OR REPLACE TABLE {StagedRows.Table} AS {Source} WHERE i < 100000");
        await session.ExecuteAsync($"INSERT INTO {StagedRows.Table} {Source} WHERE i >= 100000 AND i < 100700");
        await session.ExecuteAsync($"INSERT INTO {StagedRows.Table} {Source} WHERE i >= 100700");

        Assert.Equal(2, whole.Length);
        Assert.Equal(whole, await DigestsAsync());

        async Task<Digest[]> DigestsAsync() =>
            [.. (await new CanonicalParquet(engine, new PartLayout()).WriteAsync(staged, scratch, default)).Select(p => Digest.Of(File.ReadAllBytes(p.Path)))];
    }

    [Fact]
    public async Task A_part_that_cannot_be_written_fails_the_write_and_leaves_nothing_behind()
    {
        var engine = new AnalyticsEngine(new AnalyticsOptions { Threads = 4 });
        using var session = engine.Open();
        using (var scratch = new ScratchFolder(_folder.Path))
        {
            Directory.CreateDirectory(scratch.File("part-2.parquet"));
            using var staged = await CanonicalParquet.StageAsync(session, Rows, default);
            await Assert.ThrowsAnyAsync<Exception>(() => Parquet(engine).WriteAsync(staged, scratch, default));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
        await AssertAsBeforeAsync(session, threads: 4);
    }

    [Fact]
    public async Task A_write_can_be_cancelled()
    {
        var engine = new AnalyticsEngine(new AnalyticsOptions { Threads = 4 });
        using var session = engine.Open();
        using (var scratch = new ScratchFolder(_folder.Path))
        {
            using var staged = await CanonicalParquet.StageAsync(session, Rows, default);
            using var cancel = new CancellationTokenSource();
            await cancel.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Parquet(engine).WriteAsync(staged, scratch, cancel.Token));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
        await AssertAsBeforeAsync(session, threads: 4);
    }

    private static CanonicalParquet Parquet(AnalyticsEngine engine) => new(engine, DataTest.SmallParts);

    private static async Task AssertAsBeforeAsync(DuckDBConnection session, long threads)
    {
        Assert.Equal(threads, await session.SingleAsync("SELECT current_setting('threads')", row => row.GetInt64(0)));
        Assert.Equal(0, await session.SingleAsync("SELECT count(*) FROM duckdb_tables()", row => row.GetInt64(0)));
    }
}
