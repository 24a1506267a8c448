using System.Text;
using CsCheck;
using Orrery.Data.Reading;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Reading;

public sealed class CsvScannerTests
{
    private static readonly Gen<string> Field = Any("", "a", "b c", ",", "\"", "\"\"", "\n", "\r\n", "\r", "é", "7", "x\ny,z\"").Array[0, 4].Select(string.Concat);

    private static readonly Gen<(string[] Fields, string End)> Record =
        Gen.Select(Field.Array[1, 5].Where(f => f.Length > 1 || f[0] != ""), Any("\n", "\r\n", "\r"));

    [Fact]
    public void What_was_written_is_what_is_read_with_the_lines_it_stood_on() =>
        Gen.Select(Record.Array[0, 12], Gen.Int[1, 40], Gen.Bool).Sample((records, bytesPerRead, quoteAll) =>
        {
            var text = new StringBuilder();
            var expected = new List<string>();
            foreach (var (fields, end) in records)
            {
                expected.Add($"{LineAt(text)}: {Show(fields)}");
                text.AppendJoin(',', fields.Select(f => quoteAll || f.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{f.Replace("\"", "\"\"")}\"" : f)).Append(end);
            }

            using var stream = new TrickleStream(Encoding.UTF8.GetBytes(text.ToString()), bytesPerRead);
            Assert.Equal(expected, Scan(stream, 1 << 16));
        });

    [Fact]
    public void Whatever_the_bytes_are_nothing_is_lost_and_reading_ends() =>
        Gen.Select(Any<byte>(44, 34, 10, 13, 97, 0, 0xC3, 0xFF).Array[0, 60], Gen.Int[1, 20], Any(16, 1000)).Sample((bytes, bytesPerRead, limit) =>
        {
            using var stream = new TrickleStream(bytes, bytesPerRead);
            var scanner = new CsvScanner(stream, (byte)',', (byte)'"', limit, 8, CancellationToken.None);
            var kept = 0;
            var line = 0L;
            while (scanner.Read())
            {
                Assert.True(scanner.Line > line, "Lines must rise.");
                line = scanner.Line;
                kept += scanner.Raw.Count((byte)'a');
            }

            // Of a line that is too long only the beginning is kept.
            Assert.InRange(kept, limit == 16 ? 0 : bytes.Count(b => b == 'a'), bytes.Count(b => b == 'a'));
        });

    [Theory]
    [InlineData("a,b\n1,\"open\n2,x\n", "1: a|b", "2: BadQuote", "3: 2|x")]
    [InlineData("a,b\n1,\"s\"t\n2,x\n", "1: a|b", "2: BadQuote", "3: 2|x")]
    [InlineData("a\n\"1\n2\" 3\n4\n", "1: a", "2: BadQuote", "3: 2\" 3", "4: 4")]
    [InlineData("a\n\n\r\nb", "1: a", "4: b")]
    [InlineData("1,\n", "1: 1|")]
    [InlineData("1,", "1: 1|")]
    [InlineData("\"\"", "1: ")]
    [InlineData("a \"b\" c,d", "1: a \"b\" c|d")]
    public void A_stray_quote_costs_one_line_and_empty_lines_are_no_records(string text, params string[] expected)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(text));
        Assert.Equal(expected, Scan(stream, 1 << 16));
    }

    [Fact]
    public void A_record_of_the_greatest_length_is_read_and_one_byte_more_is_not()
    {
        using var stream = new MemoryStream("1234567890\r\n12345678901\r\n\"3456789\"\n"u8.ToArray());
        Assert.Equal(["1: 1234567890", "2: TooLong", "3: 3456789"], Scan(stream, 10));
    }

    [Theory]
    [InlineData((byte)'x')]
    [InlineData((byte)'"')]
    [InlineData((byte)',')]
    public void A_line_of_a_gibibyte_is_one_defect_in_bounded_memory(byte filler)
    {
        const int Limit = 16 << 20;
        using var stream = new EndlessLine("1,\"2\n"u8.ToArray(), filler, 1L << 30, "\n3,4\n"u8.ToArray());
        var before = GC.GetAllocatedBytesForCurrentThread();

        var records = Scan(stream, Limit);

        Assert.Equal("1: BadQuote", records[0]);
        Assert.Equal("2: TooLong", records[1]);
        Assert.Equal("3: 3|4", records[2]);
        Assert.Equal(3, records.Count);
        // The buffer grows by doubling up to the limit: 32 MiB in all.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 3L * Limit);
    }

    private static Gen<T> Any<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static List<string> Scan(Stream stream, int maxRecordBytes)
    {
        var scanner = new CsvScanner(stream, (byte)',', (byte)'"', maxRecordBytes, 100, CancellationToken.None);
        var records = new List<string>();
        while (scanner.Read())
            records.Add(scanner.Defect is { } defect ? $"{scanner.Line}: {defect.Reason}" : $"{scanner.Line}: {Show(scanner.Fields.Select(scanner.Text))}");
        return records;
    }

    private static string Show(IEnumerable<string> fields) => string.Join('|', fields);

    private static int LineAt(StringBuilder text)
    {
        var written = text.ToString().Replace("\r\n", "\n").Replace('\r', '\n');
        return 1 + written.Count(c => c == '\n');
    }
}
