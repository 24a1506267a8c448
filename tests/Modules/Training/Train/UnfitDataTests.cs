using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Runs;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Train;

public sealed class UnfitDataTests
{
    public static TheoryData<string, string, string> Cases => new()
    {
        { "no label column", $"SELECT * EXCLUDE late FROM ({Deliveries})", "no column 'late'" },
        { "no input column", $"SELECT * RENAME (temperature AS temperatures) FROM ({Deliveries})", "Did you mean 'temperatures'?" },
        { "no group column", $"SELECT * EXCLUDE size FROM ({Deliveries})", "no column 'size'" },
        { "labels of one class", $"SELECT * REPLACE (true AS late) FROM ({Deliveries})", "nothing to tell apart" },
        { "labels of one class in a part", $"SELECT * REPLACE (late AND moment < TIMESTAMP '2024-01-15' AS late) FROM ({Deliveries})", "validation part" },
        { "missing labels", $"SELECT * REPLACE (CASE WHEN packages = 7 THEN NULL ELSE late END AS late) FROM ({Deliveries})", "have no label" },
        { "NaN labels", $"SELECT * REPLACE (CASE WHEN packages = 7 THEN 'NaN'::DOUBLE ELSE late::INT::DOUBLE END AS late) FROM ({Deliveries})", "have no label" },
        { "labels that are other numbers", $"SELECT * REPLACE (late::BIGINT + 1 AS late) FROM ({Deliveries})", "neither 0 nor 1" },
        { "labels that are text", $"SELECT * REPLACE (late::VARCHAR AS late) FROM ({Deliveries})", "expected 0 and 1" },
        { "too few rows", $"SELECT * FROM ({Deliveries}) LIMIT 80", "at least 90" },
        { "no rows", $"SELECT * FROM ({Deliveries}) LIMIT 0", "at least 90" },
        { "all rows at one instant", $"SELECT * REPLACE (TIMESTAMP '2024-01-01' AS moment) FROM ({Deliveries})", "training part has 0 rows" },
        { "rows without a time", $"SELECT * REPLACE (CASE WHEN packages = 7 THEN NULL ELSE moment END AS moment) FROM ({Deliveries})", "no time in 'moment'" },
        { "a time that is none", $"SELECT * REPLACE (epoch(moment)::BIGINT AS moment) FROM ({Deliveries})", "name a timestamp" },
        { "text where a number is declared", $"SELECT * REPLACE (temperature::VARCHAR AS temperature) FROM ({Deliveries})", "temperature" },
    };

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Data_that_cannot_be_trained_on_are_refused_with_the_reason_and_leave_a_failed_run(string what, string query, string expected)
    {
        await using var platform = await StartAsync();
        await platform.WriteAsync(query, timestamp: what == "a time that is none" ? null : "moment");
        await platform.ApplyAsync(what == "a time that is none" ? Trainer.Replace("\"seed\"", "\"time\": \"moment\", \"seed\"", StringComparison.Ordinal) : Trainer);

        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<Training.Train.ITrainer>().TrainAsync(Ada, new("deliveries")));

        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
        var run = Assert.Single((await platform.Get<IRuns>().ListAsync(Ada, new(Kind: "train"), new())).Items);
        Assert.Equal((RunStatus.Failed, refusal.Message), (run.Status, run.Error));
        Assert.Empty((await platform.Get<IAssets>().ListAsync(Ada, AssetKind.Model, new())).Items);
    }

    [Fact]
    public async Task A_split_that_leaves_a_part_empty_is_refused()
    {
        await using var platform = await StartAsync();
        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.TrainAsync(Trainer.Replace(
            "\"seed\"", """ "split": { "validationFrom": "2030-01-01T00:00:00Z", "testFrom": "2031-01-01T00:00:00Z" }, "seed" """, StringComparison.Ordinal)));

        Assert.Contains("validation part has 0 rows", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trainer_that_is_not_there_is_not_found()
    {
        await using var platform = await StartAsync();

        await Assert.ThrowsAsync<NotFoundException>(() => platform.Get<Training.Train.ITrainer>().TrainAsync(Ada, new("nobody")));
    }
}
