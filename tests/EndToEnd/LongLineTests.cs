using System.Globalization;
using Orrery.Client;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.EndToEnd.Tests;

/// <summary>A file that is one line nearly as a whole, over the whole way from the wire to the refusal.</summary>
public sealed class LongLineTests(ITestOutputHelper output)
{
    private const string SizeVariable = "ORRERY_LONG_LINE_MIB";
    private const int DefaultMiB = 1_024;
    private const long MaxGrowth = 128L << 20;

    [Fact]
    public async Task A_line_of_a_gibibyte_is_refused_by_its_place_and_the_limit_in_bounded_memory_and_leaves_nothing()
    {
        var length = (long.TryParse(Environment.GetEnvironmentVariable(SizeVariable), CultureInfo.InvariantCulture, out var given) ? given : DefaultMiB) << 20;
        Assert.True(length > MaxGrowth, $"{SizeVariable} must be above {MaxGrowth >> 20}: a shorter line could be held in memory without being noticed.");
        using var folder = new TempFolder();
        await using var server = OrreryProcess.Start(folder, "up", "--port", "0");
        using var http = new HttpClient(new SocketsHttpHandler()) { Timeout = Timeout.InfiniteTimeSpan };
        var orrery = new OrreryClient(http, await server.AddressAsync());
        await orrery.Resources.ApplyAsync("{kind: Source, name: numbers, spec: {dataset: numbers}}");
        await orrery.Data.IngestAsync("numbers", "good.csv", new MemoryStream("n\n1\n2\n"u8.ToArray()));
        var before = server.PeakMemory;

        var refusal = await Assert.ThrowsAsync<InvalidException>(
            () => orrery.Data.IngestAsync("numbers", "long.csv", new EndlessLine("n\n3\n"u8.ToArray(), (byte)'4', length, "\n5\n"u8.ToArray())));

        var growth = server.PeakMemory - before;
        output.WriteLine($"{length >> 20} MiB: the server's peak memory rose from {before >> 20} MiB by {growth >> 20} MiB");
        Assert.Contains("1 of 3 rows are bad", refusal.Message, StringComparison.Ordinal);
        Assert.Equal($"A record has at most {16 << 20} bytes; this line has {length}.", refusal.Errors["line 3"]);
        Assert.InRange(growth, 0, MaxGrowth);
        Assert.Empty(Directory.EnumerateFileSystemEntries(folder.File("orrery-data/scratch")));
        Assert.InRange(Directory.EnumerateFiles(folder.File("orrery-data"), "*", SearchOption.AllDirectories).Sum(file => new FileInfo(file).Length), 0, length / 4);

        var added = await orrery.Data.IngestAsync("numbers", "more.csv", new MemoryStream("n\n6\n"u8.ToArray()));
        Assert.Equal((2, 3), (added.Version!.Number, added.Version.Manifest.GetProperty("rows").GetInt32()));
    }
}
