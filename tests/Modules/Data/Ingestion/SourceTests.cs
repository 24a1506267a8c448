using Orrery.Data.Datasets;
using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Ingestion;

public sealed class SourceTests
{
    [Theory]
    [InlineData("a,b\n1,x\n2,y\n", "1|x;2|y")]
    [InlineData("a;b\n1,5;x\n2,5;y\n", "1,5|x;2,5|y")]
    [InlineData("a\tb\n1\tx,y\n2\ty\n", "1|x,y;2|y")]
    [InlineData("a|b\n1|x\n2|y\n", "1|x;2|y")]
    [InlineData("1,x\n2,y\n", "1|x;2|y")]
    [InlineData("[{\"a\":1,\"b\":\"x\"},{\"b\":\"y\",\"a\":2}]", "1|x;2|y")]
    [InlineData("{\"a\":1,\"b\":\"x\"}\n{\"a\":2}\n", "1|x;2|-")]
    [InlineData("a\n\"1\"\n\"\"\n", "1;-")]
    public async Task The_layout_is_told_from_the_content(string text, string rows)
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync();

        var result = await platform.IngestAsync(text);

        // Two fields joined by a bar, whatever stood between them in the file.
        Assert.Equal(rows.Split(';'), await platform.RowsAsync(result.Version!.Id));
    }

    [Fact]
    public async Task Types_are_inferred_so_that_a_typing_error_is_a_bad_row_and_codes_stay_text()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync();
        var text = "i,f,b,t,zip,s\n" + string.Concat(Enumerable.Range(1, 40).Select(n => $"{n},{n}.5,{(n % 2 == 0 ? "true" : "False")},2001-01-{n % 28 + 1:00} 10:00,0{n:0000},x{n}\n")) + "oops,1,true,2001-01-01,00001,y\n";

        var result = await platform.IngestAsync(text);

        var dataset = await platform.Datasets().OpenAsync(DataTest.Ada, result.Version!.Id);
        Assert.Equal(
            [ColumnType.Int64, ColumnType.Float64, ColumnType.Boolean, ColumnType.Timestamp, ColumnType.Text, ColumnType.Text], dataset.Manifest.Columns.Select(c => c.Type));
        Assert.Equal(["row 41, line 42, i 'oops': WrongType"], await platform.DefectsAsync(result));
        Assert.Equal("00001", (await platform.RowsAsync(result.Version.Id))[0].Split('|')[4].Replace("00040", "00001"));
    }

    [Fact]
    public async Task An_appended_file_takes_its_types_and_order_from_the_dataset()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync();
        await platform.IngestAsync("a,b\nx,1.5\n");

        var second = await platform.IngestAsync("b,a\n2,7\n");
        var third = await platform.IngestAsync("a,c\n1,2\n");

        Assert.Equal(["x|1.5", "7|2.0"], await platform.RowsAsync(second.Version!.Id));
        Assert.Equal(IngestOutcome.Refused, third.Outcome);
        Assert.Contains("a text, b float64", third.Refusal);
    }

    [Fact]
    public async Task A_key_is_unique_within_a_file_and_against_the_dataset()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync("  key: [id]\n  maxBadShare: 0.9\n  columns: {id: {type: int64}, v: {type: int64}}\n");
        await platform.IngestAsync("id,v\n1,1\n2,1\n");

        // The first row of key 4 is bad by itself, so the second is not a duplicate.
        var result = await platform.IngestAsync("id,v\n2,2\n3,2\n3,3\n4,x\n4,4\n,5\n");

        Assert.Equal(
            ["row 1, line 2, id '2': DuplicateKey", "row 3, line 4, id '3': DuplicateKey", "row 4, line 5, v 'x': WrongType", "row 6, line 7, id '': Missing"],
            await platform.DefectsAsync(result));
        Assert.Equal(["1|1", "2|1", "3|2", "4|4"], await platform.RowsAsync(result.Version!.Id));
    }

    [Fact]
    public async Task A_derived_column_that_fails_for_a_row_puts_it_into_quarantine_with_what_it_read()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync("  maxBadShare: 0.9\n  columns: {a: {type: text}, b: {type: int64}}\n  derive: {z: y + 1, y: cast(a as bigint) * b, zz: cast(a as bigint) * b + 1}\n");

        var result = await platform.IngestAsync("a,b\n2,3\nx,3\n4,\n");

        Assert.Equal(["2|3|6|7|7", "4|-|-|-|-"], await platform.RowsAsync(result.Version!.Id));
        Assert.Contains("row 2, line 3, y 'a = x, b = 3': DeriveFailed", await platform.DefectsAsync(result));
        Assert.Equal(1, result.RowsQuarantined);
    }

    [Theory]
    [InlineData("  derive: {a: b + 1, b: a + 1}\n", "need each other")]
    [InlineData("  derive: {d: a + 'x'}\n", "not fit")]
    [InlineData("  derive: {d: to_days(1)}\n", "INTERVAL")]
    [InlineData("  timestamp: x\n", "has the type int64")]
    [InlineData("  timestamp: nope\n", "no column 'nope'")]
    [InlineData("  key: [nope]\n", "no column 'nope'")]
    public async Task A_source_that_does_not_fit_its_file_says_so(string spec, string reason)
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(spec);

        var result = await platform.IngestAsync("x\n1\n2\n");

        Assert.Equal(IngestOutcome.Refused, result.Outcome);
        Assert.Contains(spec.Contains("a + 'x'") ? "no column 'a'" : reason, result.Refusal);
    }

    [Theory]
    [InlineData("  columns: {a: {type: int64}}\n  derive: {b: aa + 1}\n", "did you mean 'a'")]
    [InlineData("  columns: {a: {type: int64}}\n  derive: {b: (select 1)}\n", "subquery")]
    [InlineData("  columns: {a: {type: int64}}\n  derive: {A: a + 1}\n", "twice")]
    [InlineData("  columns: {$a: {type: int64}}\n", "begin with '$'")]
    [InlineData("  columns: {a: {type: int64}}\n  timestamp: b\n", "no column 'b'")]
    [InlineData("  columns: {a: {type: integer}}\n", "int64")]
    [InlineData("  csv: {delimiter: ab}\n", "ASCII character")]
    [InlineData("  csv: {quote: \"\\n\"}\n", "ASCII character")]
    [InlineData("  format: parquet\n  csv: {delimiter: \",\"}\n", "no meaning")]
    [InlineData("  maxBadShare: 2\n", "between 0 and 1")]
    [InlineData("  suite: missing\n", "missing")]
    [InlineData("  columms: {}\n", "columns")]
    public async Task A_source_that_is_wrong_is_refused_when_it_is_applied(string spec, string reason)
    {
        await using var platform = await DataTest.StartAsync();

        var error = await Assert.ThrowsAsync<InvalidException>(() => platform.DeclareAsync(spec));

        Assert.Contains(reason, error.Message);
    }

    [Fact]
    public async Task Parquet_keeps_its_types_and_a_lossy_one_is_judged_value_by_value()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync("  maxBadShare: 0.9\n  columns: {n: {from: d, type: int64}, f: {from: u}, j: {from: l, type: text}, t: {}}\n  timestamp: t\n");
        var bytes = await ParquetAsync(platform, "SELECT * FROM (VALUES (1.0::DOUBLE, 7::UTINYINT, [1, 2], DATE '2001-01-01'), (1.5, 8, NULL, '2001-01-02'), (3.0, NULL, [], NULL)) v(d, u, l, t)");

        var result = await platform.IngestAsync(bytes);

        Assert.Equal(["row 2, line , n '1.5': WrongType", "row 3, line , t '': Missing"], await platform.DefectsAsync(result));
        Assert.Equal(["1|7|[1,2]|2001-01-01 00:00:00"], await platform.RowsAsync(result.Version!.Id));
        var broken = bytes.ToArray();
        broken.AsSpan(4, bytes.Length - 20).Fill(0xAA);
        Assert.Contains("cannot be read as Parquet", (await platform.IngestAsync(broken)).Refusal);
        Assert.Contains("'l'", (await UndeclaredAsync(bytes)).Refusal);
    }

    [Fact]
    public async Task Files_that_come_at_once_are_all_appended()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync("  columns: {a: {type: int64}}\n");

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => platform.IngestAsync($"a\n{i % 6}\n")));

        var latest = await platform.Datasets().OpenAsync(DataTest.Ada, AssetRef.Parse("dataset/d"));
        Assert.Equal(["0", "1", "2", "3", "4", "5"], (await platform.RowsAsync(latest.Version.Id)).Order());
        Assert.Equal(6, latest.Version.Number);
        Assert.Equal(6, results.Count(r => r.Outcome == IngestOutcome.Ingested));
    }

    [Fact]
    public async Task Replacing_starts_the_dataset_anew_with_other_columns()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync();
        await platform.IngestAsync("a\n1\n");

        var replaced = await platform.IngestAsync("b\nx\n", IngestMode.Replace);

        Assert.Equal((IngestOutcome.Ingested, 2), (replaced.Outcome, replaced.Version!.Number));
        Assert.Equal(["x"], await platform.RowsAsync(replaced.Version.Id));
    }

    [Fact]
    public async Task An_ingestion_is_a_run_with_its_source_figures_and_quarantine()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync("  maxBadShare: 0.9\n  columns: {a: {type: int64}}\n");

        var result = await platform.IngestAsync("a\n1\nx\n");

        var runs = platform.Get<IRuns>();
        var run = await runs.GetAsync(DataTest.Ada, result.Run!.Value);
        Assert.Equal(("ingest", RunStatus.Finished, "d"), (run.Kind, run.Status, run.Folder));
        Assert.Equal(("s", result.Content.ToString()), (run.Parameters["source"], run.Parameters["content"]));
        Assert.Equal((2.0, 1.0, 1.0), (run.Metrics["rows.read"], run.Metrics["rows.added"], run.Metrics["rows.quarantined"]));
        Assert.Equal(["quarantine.parquet"], (await runs.ArtifactsAsync(DataTest.Ada, run.Id)).Select(a => a.Path));
        Assert.Equal("{\"a\":\"x\"}", result.Sample.Single().Record ?? (await platform.Ingestion().QuarantineAsync(DataTest.Ada, run.Id, new())).Items[0].Record);
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Blobs.ScratchFolder));
    }

    [Fact]
    public async Task A_quarantine_is_read_page_by_page()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync("  maxBadShare: 1\n  columns: {a: {type: int64}}\n");
        var result = await platform.IngestAsync("a\n0\n" + string.Concat(Enumerable.Repeat("x\n", 5)));

        var first = await platform.Ingestion().QuarantineAsync(DataTest.Ada, result.Run!.Value, new(2));
        var second = await platform.Ingestion().QuarantineAsync(DataTest.Ada, result.Run!.Value, new(10, first.Next));

        Assert.Equal([2L, 3L], first.Items.Select(i => i.Row));
        Assert.Equal([4L, 5L, 6L], second.Items.Select(i => i.Row));
        Assert.Null(second.Next);
    }

    private static async Task<IngestResult> UndeclaredAsync(byte[] bytes)
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync();
        return await platform.IngestAsync(bytes);
    }

    private static async Task<byte[]> ParquetAsync(TestPlatform platform, string query)
    {
        using var folder = new TempFolder();
        using var session = platform.Analytics.Open();
        await session.ExecuteAsync($"COPY ({query}) TO {Sql.Text(folder.File("x.parquet"))}");
        return await File.ReadAllBytesAsync(folder.File("x.parquet"));
    }
}
