using Orrery.Data.Datasets;
using Orrery.Data.Datasets.Storage;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Datasets;

public sealed class DatasetTests
{
    private const string Rows = "SELECT i AS id, i % 7 AS kind, CAST(hash(i) % 1000 AS DOUBLE) / 8 AS value, 'text ' || (i % 100) AS text FROM range(300000) t(i)";

    [Theory]
    [InlineData(122_880, 1)]
    [InlineData(20_480, 3)]
    [InlineData(2048, 25)]
    public async Task The_same_rows_give_the_same_files_however_they_are_computed(int rowGroupRows, int files)
    {
        await using var platform = await DataTest.StartAsync(new PartLayout(rowGroupRows));
        string[] ways =
        [
            $"{Rows} WHERE i % 3 = 0",
            $"SELECT * FROM ({Rows}) WHERE id % 3 = 0 ORDER BY id",
            "SELECT * FROM prepared",
        ];
        var digests = new HashSet<string>();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            foreach (var way in ways)
            {
                using var session = platform.Analytics.Open();
                await session.ExecuteAsync($"SET threads={threads}; CREATE TEMP TABLE prepared AS {Rows} WHERE i % 3 = 0");
                var dataset = await platform.Datasets().WriteAsync(DataTest.Ada, new("d"), session, way);
                digests.Add(string.Join(", ", dataset.Manifest.Files.Select(f => f.Digest)));
                Assert.Equal((100_000, files, 1), (dataset.Manifest.Rows, dataset.Manifest.Files.Count, dataset.Version.Number));
            }
        }

        Assert.Single(digests);
    }

    [Fact]
    public async Task Parts_keep_the_order_of_the_rows_and_parts_that_are_the_same_are_all_there()
    {
        await using var platform = await DataTest.StartAsync(DataTest.SmallParts);

        var numbers = await platform.WriteAsync("SELECT i AS a FROM range(50000) r(i) ORDER BY i DESC");
        var constant = await platform.WriteAsync("SELECT 7 AS a FROM range(10000)", appendTo: numbers.Version.Id);

        Assert.Equal(Enumerable.Range(0, 50_000).Reverse().Concat(Enumerable.Repeat(7, 10_000)).Select(i => $"{i}"), await platform.RowsAsync(constant.Version.Id));
        Assert.Equal([4096, 4096, 1808], constant.Manifest.Files.TakeLast(3).Select(f => f.Rows));
        Assert.Equal(constant.Manifest.Files[^3], constant.Manifest.Files[^2]);
        Assert.Equal(numbers.Manifest.Files, constant.Manifest.Files.SkipLast(3));
    }

    [Fact]
    public async Task A_column_may_have_a_name_that_the_reader_of_parts_uses_itself()
    {
        await using var platform = await DataTest.StartAsync(DataTest.SmallParts);

        var dataset = await platform.WriteAsync("SELECT i + 1 AS file_row_number, 'x' AS c0, i AS \"a \"\" b\" FROM range(5000) r(i)");

        Assert.Equal(["file_row_number", "c0", "a \" b"], dataset.Manifest.Columns.Select(c => c.Name));
        Assert.Equal(["1|x|0", "5000|x|4999"], (await platform.RowsAsync(dataset.Version.Id)).Where((_, i) => i is 0 or 4999));
    }

    [Fact]
    public async Task Narrow_types_are_widened_and_lossy_ones_refused()
    {
        await using var platform = await DataTest.StartAsync();

        var dataset = await platform.WriteAsync(
            "SELECT true AS a, 1::TINYINT AS b, 2::UINTEGER AS c, 1.5::FLOAT AS d, DATE '2001-02-03' AS e, TIMESTAMPTZ '2001-02-03 04:05:06+01' AS f, 'x'::ENUM('x', 'y') AS g");

        Assert.Equal(
            [ColumnType.Boolean, ColumnType.Int64, ColumnType.Int64, ColumnType.Float64, ColumnType.Timestamp, ColumnType.Timestamp, ColumnType.Text],
            dataset.Manifest.Columns.Select(c => c.Type));
        Assert.Equal(["true|1|2|1.5|2001-02-03 00:00:00|2001-02-03 03:05:06|x"], await platform.RowsAsync(dataset.Version.Id));
        foreach (var lossy in new[] { "1.5::DECIMAL(4, 1)", "1::HUGEINT", "[1]", "{'a': 1}", "'x'::BLOB", "INTERVAL 1 DAY" })
        {
            var error = await Assert.ThrowsAsync<InvalidException>(() => platform.WriteAsync($"SELECT {lossy} AS odd"));
            Assert.Contains("'odd'", error.Message);
        }
    }

    [Fact]
    public async Task An_append_to_a_version_that_is_not_the_latest_is_a_conflict()
    {
        await using var platform = await DataTest.StartAsync();
        var first = await platform.WriteAsync("SELECT 1 AS a");
        var second = await platform.WriteAsync("SELECT 2 AS a", appendTo: first.Version.Id);

        await Assert.ThrowsAsync<ConflictException>(() => platform.WriteAsync("SELECT 3 AS a", appendTo: first.Version.Id));

        Assert.Equal(["1", "2"], await platform.RowsAsync(second.Version.Id));
        Assert.Equal(first.Manifest.Files[0], second.Manifest.Files[0]);
        Assert.Equal(second.Version.Id, (await platform.WriteAsync("SELECT 2 AS a", appendTo: first.Version.Id)).Version.Id);
    }

    [Fact]
    public async Task Other_columns_cannot_be_appended_and_a_timestamp_must_be_one()
    {
        await using var platform = await DataTest.StartAsync();
        var first = await platform.WriteAsync("SELECT 1 AS a");

        Assert.Contains("a int64", (await Assert.ThrowsAsync<ConflictException>(() => platform.WriteAsync("SELECT 'x' AS a", appendTo: first.Version.Id))).Message);
        await Assert.ThrowsAsync<InvalidException>(() => platform.WriteAsync("SELECT 1 AS a", timestamp: "a"));
        await Assert.ThrowsAsync<InvalidException>(() => platform.WriteAsync("SELECT 1 AS a", timestamp: "b"));
    }

    [Fact]
    public async Task A_dataset_without_rows_has_its_columns_all_the_same()
    {
        await using var platform = await DataTest.StartAsync();

        var empty = await platform.WriteAsync("SELECT 1 AS a, 'x' AS b WHERE false");
        var grown = await platform.WriteAsync("SELECT 1 AS a, 'x' AS b WHERE false", appendTo: empty.Version.Id);
        var profile = await platform.Datasets().ProfileAsync(DataTest.Ada, empty.Version.Id);

        Assert.Equal((0, 1), (empty.Manifest.Rows, empty.Manifest.Files.Count));
        Assert.Equal(empty.Version.Id, grown.Version.Id);
        Assert.Equal([0L, 0L], profile.Columns.Select(c => c.Missing));
    }

    [Fact]
    public async Task Rows_are_read_page_by_page_over_files_and_a_download_joins_them()
    {
        await using var platform = await DataTest.StartAsync();
        var first = await platform.WriteAsync("SELECT i AS a, TIMESTAMP '2001-01-01' AS t FROM range(5) r(i)");
        var dataset = await platform.WriteAsync("SELECT i + 5 AS a, NULL::TIMESTAMP AS t FROM range(6) r(i)", appendTo: first.Version.Id);
        var seen = new List<object?>();
        string? cursor = null;
        do
        {
            var page = await platform.Get<DatasetRows>().ReadAsync(dataset, new(4, cursor), default);
            seen.AddRange(page.Rows.Select(r => r[0]));
            cursor = page.Next;
        }
        while (cursor is not null);

        Assert.Equal(Enumerable.Range(0, 11).Select(i => (object?)(long)i), seen);
        Assert.Equal("2001-01-01T00:00:00.000000Z", (await platform.Get<DatasetRows>().ReadAsync(dataset, new(1), default)).Rows[0][1]);
        await Assert.ThrowsAsync<InvalidException>(() => platform.Get<DatasetRows>().ReadAsync(dataset, new(1, "x"), default));

        using var folder = new TempFolder();
        await using (var download = await platform.Get<DatasetDownload>().OpenAsync(dataset, default))
        await using (var file = File.Create(folder.File("all.parquet")))
            await download.CopyToAsync(file);
        using var session = platform.Analytics.Open();
        Assert.Equal(11, await session.SingleAsync($"SELECT count(DISTINCT a) FROM read_parquet({Sql.Text(folder.File("all.parquet"))})", row => row.GetInt64(0)));
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Blobs.ScratchFolder));
    }
}
