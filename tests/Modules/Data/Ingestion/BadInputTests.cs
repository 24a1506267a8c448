using System.Text;
using Orrery.Data.Ingestion;
using Orrery.Ledger.Runs;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Ingestion;

/// <summary>Each kind of bad input: the sound rows are in the dataset, the others in quarantine with their place and reason.</summary>
public sealed class BadInputTests
{
    private const string Columns = """
          maxBadShare: 0.9
          columns:
            name: {type: text}
            amount: {type: int64, required: true}
            price: {type: float64}
            at: {type: timestamp}
            ok: {type: boolean}
        """;

    private const string Header = "name,amount,price,at,ok\n";

    [Theory]
    [InlineData("a,1,1.5,2001-01-01,true\nb,2\nc,3,1,,,,\n", "a|1", "row 2, line 3,  '': Ragged", "row 3, line 4,  '': Ragged")]
    [InlineData("a,1,,,\nb,1.5,,,\nc,0x10,,,\nd,1_0,,,\ne, 7 ,,,\n", "a|1;e|7", "row 2, line 3, amount '1.5': WrongType", "row 3, line 4, amount '0x10': WrongType", "row 4, line 5, amount '1_0': WrongType")]
    [InlineData("a,99999999999999999999,,,\nb,2,1e999,,\nc,3,x,,\nd,4,NaN,,\n", "d|4", "row 1, line 2, amount '99999999999999999999': WrongType", "row 2, line 3, price '1e999': WrongType", "row 3, line 4, price 'x': WrongType")]
    [InlineData("a,1,,2001-02-30,\nb,2,,epoch,\nc,3,,infinity,maybe\nd,4,,2001-01-01T10:00:00+02:00,no\n", "d|4", "row 1, line 2, at '2001-02-30': WrongType", "row 2, line 3, at 'epoch': WrongType", "row 3, line 4, at 'infinity': WrongType", "row 3, line 4, ok 'maybe': WrongType")]
    [InlineData("a,,,,\nb,2,,,\n", "b|2", "row 1, line 2, amount '': Missing")]
    [InlineData("\"x\ny\",1,,,\nb,z,,,\n", "x\ny|1", "row 2, line 4, amount 'z': WrongType")]
    [InlineData("a,1,,,\rb,2,,,\r\nc,y,,,\nd,4,,,", "a|1;b|2;d|4", "row 3, line 4, amount 'y': WrongType")]
    [InlineData("a,1,,,\nb,\"2,,,\nc,3,,,\n", "a|1;c|3", "row 2, line 3,  '': BadQuote")]
    public async Task Bad_rows_go_to_quarantine_with_their_line_value_and_reason(string records, string rows, params string[] defects)
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Columns);

        var result = await platform.IngestAsync(Header + records);

        Assert.Equal(IngestOutcome.Ingested, result.Outcome);
        Assert.Equal(defects, await platform.DefectsAsync(result));
        Assert.Equal(rows.Split(';'), (await platform.RowsAsync(result.Version!.Id)).Select(r => string.Join('|', r.Split('|')[..2])));
        Assert.Equal(result.RowsRead, result.RowsAdded + result.RowsQuarantined);
    }

    [Fact]
    public async Task Bytes_that_are_no_UTF8_and_NUL_go_to_quarantine()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Columns);

        var result = await platform.IngestAsync([.. Encoding.UTF8.GetBytes(Header), .. "a,1,,,\n"u8, (byte)'b', 0xFF, .. ",2,,,\n"u8, (byte)'c', 0, .. ",3,,,\nd,4,,,\n"u8]);

        Assert.Equal(["row 2, line 3,  '': InvalidEncoding", "row 3, line 4,  '': InvalidEncoding"], await platform.DefectsAsync(result));
        Assert.Equal(2, result.RowsAdded);
    }

    [Fact]
    public async Task A_byte_order_mark_is_no_part_of_the_first_name()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Columns);

        var result = await platform.IngestAsync([0xEF, 0xBB, 0xBF, .. Encoding.UTF8.GetBytes(Header + "a,1,,,\n")]);

        Assert.Equal(["a|1|-|-|-"], await platform.RowsAsync(result.Version!.Id));
        Assert.Empty(result.IgnoredColumns);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("name,amount,price,at,ok\n", "no record")]
    [InlineData("\n\n\n", "empty")]
    [InlineData("name,price\na,1\n", "lacks the required column 'amount'")]
    [InlineData("name,amount,Name\na,1,b\n", "'name' is there twice")]
    [InlineData("PAR1 is how it begins", "Parquet")]
    [InlineData("[{\"name\": \"a\", \"amount\": 1}", "no array of JSON objects")]
    public async Task A_file_that_is_wrong_as_a_whole_is_refused_with_its_reason_and_writes_nothing(string text, string reason)
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Columns);

        var result = await platform.IngestAsync(text);

        Assert.Equal(IngestOutcome.Refused, result.Outcome);
        Assert.Contains(reason, result.Refusal, StringComparison.OrdinalIgnoreCase);
        Assert.Null(result.Version);
        var run = await platform.Get<IRuns>().GetAsync(DataTest.Ada, result.Run!.Value);
        Assert.Equal((RunStatus.Failed, result.Refusal), (run.Status, run.Error));
    }

    [Fact]
    public async Task UTF16_is_refused_by_its_mark()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Columns);

        var result = await platform.IngestAsync([0xFF, 0xFE, .. Encoding.Unicode.GetBytes(Header)]);

        Assert.Contains("UTF-16", result.Refusal);
    }

    [Fact]
    public async Task Too_many_bad_rows_refuse_the_file_and_leave_only_the_quarantine()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Columns.Replace("0.9", "0.05"));
        var text = Header + string.Concat(Enumerable.Range(1, 19).Select(i => $"a,{i},,,\n"));

        var refused = await platform.IngestAsync(text + "b,x,,,\nc,y,,,\n");
        var taken = await platform.IngestAsync(text + "b,x,,,\n");

        Assert.Equal(IngestOutcome.Refused, refused.Outcome);
        Assert.Contains("2 of 21 rows are bad, 9.52 %; at most 5 % may be", refused.Refusal);
        Assert.Equal(2, (await platform.DefectsAsync(refused)).Count);
        Assert.Equal((IngestOutcome.Ingested, 1), (taken.Outcome, taken.Version!.Number));
    }

    [Fact]
    public async Task A_line_longer_than_allowed_is_one_bad_row_and_the_file_goes_on()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Columns);
        using var stream = new EndlessLine(Encoding.UTF8.GetBytes(Header + "a,1,,,\nb,"), (byte)'2', 40 << 20, ",,,\nc,3,,,\n"u8.ToArray());

        var result = await platform.Ingestion().IngestAsync(DataTest.Ada, new("s", "long.csv"), stream);

        Assert.Equal(["row 2, line 3,  '': TooLong"], await platform.DefectsAsync(result));
        Assert.Equal(2, result.RowsAdded);
        Assert.Contains("this line has 41943045", result.Sample[0].Detail);
        Assert.StartsWith("b,222", result.Sample[0].Record);
    }

    [Fact]
    public async Task An_upload_longer_than_allowed_is_refused_before_it_is_read()
    {
        await using var platform = await DataTest.StartAsync(("Data:MaxUploadBytes", "1000"));
        await platform.DeclareAsync(Columns);

        var error = await Assert.ThrowsAsync<Kernel.QuotaExceededException>(() => platform.IngestAsync(new byte[1001]));

        Assert.Contains("1000 bytes", error.Message);
        Assert.Empty(Directory.EnumerateFileSystemEntries(platform.Blobs.ScratchFolder));
    }

    [Fact]
    public async Task Json_lines_that_are_broken_go_to_quarantine()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Columns);

        var result = await platform.IngestAsync("{\"name\":\"a\",\"amount\":1,\"x\":{\"y\":[2]}}\n\n{\"name\":\n[1]\n{\"amount\":\"7\",\"name\":null}\n{\"amount\":1,\"Amount\":2}\n{\"amount\":1.5}\n{} {}\n");

        Assert.Equal(
            ["row 2, line 3,  '': InvalidJson", "row 3, line 4,  '': InvalidJson", "row 5, line 6,  '': InvalidJson", "row 6, line 7, amount '1.5': WrongType", "row 7, line 8,  '': InvalidJson"],
            await platform.DefectsAsync(result));
        Assert.Equal(["a|1|-|-|-", "-|7|-|-|-"], (await platform.RowsAsync(result.Version!.Id)).Select(r => r));
        Assert.Equal(["x"], result.IgnoredColumns);
    }
}
