using Orrery.Data.Datasets;
using Orrery.Data.Ingestion;
using Orrery.Kernel;
using Xunit;

namespace Orrery.Data.Tests.Ingestion;

public sealed class IngestionTests
{
    private const string Flights = """
          columns:
            scheduled: {from: date, type: timestamp, required: true}
            origin: {type: text, required: true}
            distance: {type: int64, required: true}
            delay: {type: int64, required: true}
          derive:
            late: delay >= 15
            landed: scheduled + to_minutes(30 + distance // 8 + greatest(delay, 0))
          timestamp: landed
        """;

    private const string Good = "date,origin,distance,delay\n2001-01-01 10:00,ATL,80,-5\n2001-01-01 11:00,SFO,800,20\n";

    [Fact]
    public async Task A_file_becomes_a_dataset_version_with_the_declared_and_derived_columns()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Flights);

        var result = await platform.IngestAsync(Good);

        Assert.Equal((IngestOutcome.Ingested, 2, 2, 0), (result.Outcome, result.RowsRead, result.RowsAdded, result.RowsQuarantined));
        Assert.Equal(
            ["2001-01-01 10:00:00|ATL|80|-5|2001-01-01 10:40:00|false", "2001-01-01 11:00:00|SFO|800|20|2001-01-01 13:30:00|true"],
            await platform.RowsAsync(result.Version!.Id));
        var dataset = await platform.Datasets().OpenAsync(DataTest.Ada, AssetRef.Parse("dataset/d"));
        Assert.Equal("landed", dataset.Manifest.Timestamp);
        Assert.Equal(result.Run, dataset.Version.Run);
    }

    [Fact]
    public async Task The_same_bytes_again_give_the_same_version_and_say_so()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Flights);
        var first = await platform.IngestAsync(Good);
        var second = await platform.IngestAsync(Good.Replace("ATL", "JFK"));

        var again = await platform.IngestAsync(Good);

        Assert.Equal(IngestOutcome.AlreadyIngested, again.Outcome);
        Assert.Equal(first.Version!.Id, again.Version!.Id);
        Assert.Equal(first.Run, again.Run);
        Assert.Equal(2, second.Version!.Number);
        Assert.Equal(4, (await platform.RowsAsync(second.Version.Id)).Count);
    }

    [Fact]
    public async Task A_file_that_becomes_several_parts_is_known_again_by_each_of_them()
    {
        await using var platform = await DataTest.StartAsync(DataTest.SmallParts);
        await platform.DeclareAsync();
        static string Rows(int first) => "a\n" + string.Concat(Enumerable.Range(first, 10_000).Select(i => $"{i}\n"));

        var first = await platform.IngestAsync(Rows(0));
        var second = await platform.IngestAsync(Rows(10_000));
        var again = await platform.IngestAsync(Rows(0));

        Assert.Equal((10_000, 10_000), (first.RowsAdded, second.RowsAdded));
        Assert.Equal((IngestOutcome.AlreadyIngested, first.Version!.Id), (again.Outcome, again.Version!.Id));
        var files = (await platform.Datasets().OpenAsync(DataTest.Ada, second.Version!.Id)).Manifest.Files;
        Assert.Equal(
            [.. Enumerable.Repeat(new FileOrigin("s", first.Content), 3), .. Enumerable.Repeat(new FileOrigin("s", second.Content), 3)],
            files.Select(f => f.Origin!));
        Assert.Equal(Enumerable.Range(0, 20_000).Select(i => $"{i}"), await platform.RowsAsync(second.Version.Id));
    }

    [Fact]
    public async Task Appended_versions_share_the_files_they_have_in_common()
    {
        await using var platform = await DataTest.StartAsync();
        await platform.DeclareAsync(Flights);

        var first = await platform.Datasets().OpenAsync(DataTest.Ada, (await platform.IngestAsync(Good)).Version!.Id);
        var second = await platform.Datasets().OpenAsync(DataTest.Ada, (await platform.IngestAsync(Good.Replace("ATL", "JFK"))).Version!.Id);

        Assert.Equal(2, second.Manifest.Files.Count);
        Assert.Equal(first.Manifest.Files[0], second.Manifest.Files[0]);
        Assert.Equal(4, second.Manifest.Rows);
    }
}
