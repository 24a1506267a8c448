using Orrery.Data.Ingestion;
using Orrery.Ledger.Resources;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Data.Tests.Ingestion;

/// <summary>The sample that the demo lives on, through the source and the suite that it declares.</summary>
public sealed class FlightSampleTests
{
    private static readonly string Sample = Repository.Path("samples/flights");

    [Fact]
    public async Task A_week_is_ingested_as_the_sample_declares_it()
    {
        await using var platform = await DataTest.StartAsync();
        await ApplyAsync(platform);

        var result = await IngestAsync(platform, "weeks/2001-W03.parquet");

        Assert.Equal(IngestOutcome.Ingested, result.Outcome);
        Assert.All(result.Sample, s => Assert.Equal(QuarantineReason.Expectation, s.Reason));
        var dataset = await platform.Datasets().OpenAsync(DataTest.Ada, result.Version!.Id);
        using var session = platform.Analytics.Open();
        var expected = await session.SingleAsync(
            $"SELECT count(*), count_if(delay >= 15)::BIGINT, epoch_us(max(date + to_minutes(30 + distance // 8 + greatest(delay, 0)))) FROM read_parquet({Sql.Text(Path.Combine(Sample, "weeks/2001-W03.parquet"))}) " +
            "WHERE delay BETWEEN -120 AND 1440 AND distance BETWEEN 50 AND 6000 AND origin <> destination",
            row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2)));
        Assert.Equal(expected, await session.SingleAsync(
            $"SELECT count(*), count_if(late)::BIGINT, epoch_us(max(landed)) FROM {Sql.Parquet(dataset.Paths)}", row => (row.GetInt64(0), row.GetInt64(1), row.GetInt64(2))));
    }

    [Fact]
    public async Task The_damaged_evening_is_told_row_by_row()
    {
        await using var platform = await DataTest.StartAsync();
        await ApplyAsync(platform);

        var result = await IngestAsync(platform, "2001-W04-evening.csv");

        // The README of the sample: 55 of 801 rows are damaged, in seven ways.
        Assert.Equal((801L, 55L), (result.RowsRead, result.RowsQuarantined));
        Assert.Contains(result.Sample, s => s is { Line: 8, Column: "delay", Value: "n/a", Reason: QuarantineReason.WrongType });
        Assert.Contains(result.Sample, s => s is { Line: 20, Reason: QuarantineReason.Ragged });
        Assert.Contains(result.Sample, s => s is { Line: 32, Column: "origin", Reason: QuarantineReason.Missing });
        Assert.Contains(result.Sample, s => s is { Line: 74, Column: "distance", Value: "-938", Reason: QuarantineReason.Expectation });
    }

    private static async Task ApplyAsync(TestPlatform platform)
    {
        var yaml = await File.ReadAllTextAsync(Path.Combine(Sample, "resources/1-data.yaml"));
        await platform.Get<IResources>().ApplyAsync(DataTest.Ada, ResourceYaml.Parse(yaml, "1-data.yaml"), ApplyMode.Apply);
    }

    private static async Task<IngestResult> IngestAsync(TestPlatform platform, string file)
    {
        await using var stream = File.OpenRead(Path.Combine(Sample, file));
        return await platform.Ingestion().IngestAsync(DataTest.Ada, new("flights", Path.GetFileName(file)), stream);
    }
}
