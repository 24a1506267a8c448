using DuckDB.NET.Data;
using Orrery.Data.Datasets;
using Orrery.Data.Datasets.Storage;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Datasets;

public sealed class CanonicalParquetTests : IDisposable
{
    private static readonly DatasetColumn[] Columns = [new("id", ColumnType.Int64), new("value", ColumnType.Float64), new("text", ColumnType.Text)];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Neither_the_row_groups_of_the_staging_file_nor_the_workers_change_the_bytes()
    {
        var written = new HashSet<string>();
        foreach (var stagedGroup in new[] { 2048, 6144, 20_480, 122_880 })
        {
            foreach (var (threads, memory) in new[] { (1, 2048), (4, 2048), (4, 256) })
            {
                using var scratch = new ScratchFolder(_folder.Path);
                var parts = await Parquet(threads, memory).WriteAsync(await StageAsync(scratch, stagedGroup), scratch, default);
                Assert.Equal([4096, 4096, 4096, 4096, 3616], parts.Select(p => p.Rows));
                written.Add(string.Join(", ", parts.Select(p => Digest.Of(File.ReadAllBytes(p.Path)))));
            }
        }

        Assert.Single(written);
    }

    [Fact]
    public async Task A_staging_file_that_is_damaged_in_one_part_fails_the_write_and_leaves_nothing_behind()
    {
        using (var scratch = new ScratchFolder(_folder.Path))
        {
            var staged = await StageAsync(scratch, 4096);
            await using (var file = new FileStream(staged.Path, FileMode.Open))
            {
                file.Position = file.Length / 2;
                file.Write(new byte[file.Length / 4]);
            }

            await Assert.ThrowsAsync<DuckDBException>(() => Parquet(threads: 4).WriteAsync(staged, scratch, default));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    [Fact]
    public async Task A_write_can_be_cancelled()
    {
        using (var scratch = new ScratchFolder(_folder.Path))
        {
            var staged = await StageAsync(scratch, 4096);
            using var cancel = new CancellationTokenSource();
            await cancel.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Parquet(threads: 4).WriteAsync(staged, scratch, cancel.Token));
        }

        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Path));
    }

    private static CanonicalParquet Parquet(int threads, int memory = 2048) =>
        new(new AnalyticsEngine(new AnalyticsOptions { Threads = threads, MemoryMiB = memory }), DataTest.SmallParts);

    /// <summary>20,000 rows as a staging file with row groups of about so many: the filter leaves vectors that are partly full.</summary>
    private static async Task<StagedRows> StageAsync(ScratchFolder scratch, int groupRows)
    {
        var staged = new StagedRows(scratch.File("rows.parquet"), Columns);
        using var session = new AnalyticsEngine(new AnalyticsOptions { Threads = 1 }).Open();
        await session.ExecuteAsync(
            $"""
            COPY (SELECT i AS c0, CAST(hash(i) % 1000 AS DOUBLE) / 8 AS c1, 'text ' || (i % 100) AS c2 FROM range(30000) t(i) WHERE i % 3 > 0)
            TO {Sql.Text(staged.Path)} (FORMAT parquet, COMPRESSION uncompressed, DICTIONARY_SIZE_LIMIT 1, ROW_GROUP_SIZE {groupRows})
            """);
        return staged;
    }
}
