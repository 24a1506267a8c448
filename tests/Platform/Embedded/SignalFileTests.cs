using Orrery.Embedded.Signals.Tails;
using Orrery.Kernel;
using Orrery.Platform.Signals;
using Orrery.Platform.Tests.Conformance;
using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Embedded;

/// <summary>What a start makes of a stream's files after a crash or damage.</summary>
public sealed class SignalFileTests
{
    [Fact]
    public async Task A_tail_cut_anywhere_keeps_exactly_its_whole_records()
    {
        using var folder = new TempFolder();
        var (tail, ends) = await WriteThreeRecordsAsync(folder);
        var bytes = await File.ReadAllBytesAsync(tail);
        for (var length = (int)ends[0]; length <= bytes.Length; length++)
        {
            await RewriteAsync(tail, bytes.AsMemory(0, length));
            var recovered = TailRecovery.Read(tail);
            Assert.Equal(ends.Count(end => end <= length) - 1, recovered.Frames.Count);
            Assert.Equal(length - ends.Last(end => end <= length), recovered.TornBytes);
        }
    }

    [Fact]
    public async Task A_torn_last_record_is_cut_off_and_appends_go_on()
    {
        using var folder = new TempFolder();
        var (tail, ends) = await WriteThreeRecordsAsync(folder);
        var bytes = await File.ReadAllBytesAsync(tail);
        await RewriteAsync(tail, bytes.AsMemory(0, bytes.Length - 5));
        await using (var platform = await TestPlatform.StartInAsync(folder))
        {
            var stream = platform.Signals.Find("s")!;
            Assert.Equal(ends[2], new FileInfo(tail).Length);
            Assert.Equal(2, await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(7))));
        }

        await using var again = await TestPlatform.StartInAsync(folder);
        Assert.Equal([0, 1, 7], await IntegersAsync(again));
    }

    [Fact]
    public async Task A_last_record_of_zeros_which_a_power_cut_can_leave_is_cut_off()
    {
        using var folder = new TempFolder();
        var (tail, _) = await WriteThreeRecordsAsync(folder);
        await RewriteAsync(tail, (byte[])[.. await File.ReadAllBytesAsync(tail), .. new byte[4096]]);
        await using var platform = await TestPlatform.StartInAsync(folder);
        Assert.Equal([0, 1, 2], await IntegersAsync(platform));
    }

    [Fact]
    public async Task A_changed_byte_before_the_last_record_is_reported_and_nothing_is_changed()
    {
        using var folder = new TempFolder();
        var (tail, ends) = await WriteThreeRecordsAsync(folder);
        var whole = await File.ReadAllBytesAsync(tail);
        for (var at = 0; at < ends[2]; at++)
        {
            var damaged = whole.ToArray();
            damaged[at] ^= 0x10;
            await RewriteAsync(tail, damaged);
            var refusal = Assert.Throws<OrreryException>(() => TailRecovery.Read(tail));
            Assert.Contains(tail, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("damaged", refusal.Message, StringComparison.Ordinal);
        }

        await using var platform = await TestPlatform.StartInAsync(folder);
        var before = await File.ReadAllBytesAsync(tail);
        Assert.Throws<OrreryException>(() => platform.Signals.Find("s"));
        Assert.Equal(before, await File.ReadAllBytesAsync(tail));
    }

    [Fact]
    public async Task A_crash_between_segment_and_tail_neither_loses_nor_doubles_records()
    {
        using var folder = new TempFolder();
        var (tail, _) = await WriteThreeRecordsAsync(folder);
        var rolled = await File.ReadAllBytesAsync(tail);
        await using (var platform = await TestPlatform.StartInAsync(folder))
            await platform.Signals.Find("s")!.FilesAsync();
        Assert.False(File.Exists(tail));
        await RewriteAsync(tail, rolled); // As if the process had died after the rename and before the removal.
        await using var again = await TestPlatform.StartInAsync(folder);
        Assert.Equal([0, 1, 2], await IntegersAsync(again));
        Assert.False(File.Exists(tail));
    }

    [Fact]
    public async Task A_crash_after_a_roll_leaves_tails_that_are_read_and_sealed_later()
    {
        using var folder = new TempFolder();
        await WriteThreeRecordsAsync(folder);
        await using (var platform = await TestPlatform.StartInAsync(folder))
        {
            var wider = platform.Signals.Open("s", new([.. SignalRow.Schema.Columns.Skip(2), new("more", SignalType.Text)])); // Rolls.
            await wider.AppendAsync(SignalRow.Batch(SignalRow.Of(3)));
        }

        Assert.Equal(2, Directory.GetFiles(folder.File("signals/s/@log"), "tail-*").Length);
        await using var again = await TestPlatform.StartInAsync(folder);
        Assert.Equal([0, 1, 2, 3], await IntegersAsync(again));
        Assert.Equal(2, (await again.Signals.Find("s")!.FilesAsync()).Count);
        Assert.Equal([0, 1, 2, 3], await IntegersAsync(again));
    }

    [Theory]
    [InlineData("*.parquet")]
    [InlineData("tail-*")]
    public async Task A_missing_file_is_reported_instead_of_read_around(string pattern)
    {
        using var folder = new TempFolder();
        await WriteThreeRecordsAsync(folder);
        await using (var platform = await TestPlatform.StartInAsync(folder))
        {
            var stream = platform.Signals.Find("s")!;
            await stream.FilesAsync();
            await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(3)));
            await stream.FilesAsync();
        }

        File.Delete(Directory.GetFiles(folder.File("signals/s/@log"), pattern).Order(StringComparer.Ordinal).First());
        await using var again = await TestPlatform.StartInAsync(folder);
        Assert.Contains("damaged", Assert.Throws<OrreryException>(() => again.Signals.Open("s", SignalRow.Schema)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_reader_keeps_what_it_reads_while_the_tail_becomes_a_segment()
    {
        await using var platform = await TestPlatform.StartAsync();
        var stream = platform.Signals.Open("s", SignalRow.Schema);
        for (var i = 0; i < 3; i++)
            await stream.AppendAsync(SignalRow.Batch(Enumerable.Range(i * 4096, 4096).Select(SignalRow.Of)));
        var seen = new List<SignalRow>();
        await foreach (var batch in stream.ReadAsync(0))
        {
            seen.AddRange(SignalRow.Rows(batch));
            await stream.FilesAsync();
        }

        Assert.Equal(Enumerable.Range(0, 3 * 4096).Select(SignalRow.Of), seen);
    }

    /// <summary>A stream of three commits; returns its tail and where the header and each record end.</summary>
    private static async Task<(string Tail, List<long> Ends)> WriteThreeRecordsAsync(TempFolder folder)
    {
        await using var platform = await TestPlatform.StartInAsync(folder);
        var stream = platform.Signals.Open("s", SignalRow.Schema);
        var tail = Assert.Single(Directory.GetFiles(folder.File("signals/s/@log"), "tail-*"));
        var ends = new List<long> { new FileInfo(tail).Length };
        for (var i = 0; i < 3; i++)
        {
            await stream.AppendAsync(SignalRow.Batch(SignalRow.Of(i)));
            ends.Add(new FileInfo(tail).Length);
        }

        return (tail, ends);
    }

    private static async Task RewriteAsync(string path, ReadOnlyMemory<byte> bytes)
    {
        await using var file = new FileStream(path, FileMode.Create);
        await file.WriteAsync(bytes);
    }

    private static async Task<List<long>> IntegersAsync(TestPlatform platform)
    {
        var integers = new List<long>();
        await foreach (var batch in platform.Signals.Find("s")!.ReadAsync(0))
            integers.AddRange(Enumerable.Range(0, batch.Count).Select(batch["integer"].Int64));
        return integers;
    }
}
