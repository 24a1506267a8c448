using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Platform.Blobs;
using Orrery.Training.Scoring;
using Xunit;
using static Orrery.Training.Tests.TrainingTest;

namespace Orrery.Training.Tests.Scoring;

public sealed class ScoringTests(TrainedDeliveries deliveries) : IClassFixture<TrainedDeliveries>
{
    [Fact]
    public async Task Every_row_gets_the_same_bits_alone_as_among_others()
    {
        var (platform, model) = (deliveries.Platform, deliveries.Models["lightgbm"]);
        var scores = await platform.Get<IScoring>().ScoreAsync(Ada, model.Ref, new(AssetKind.Dataset, "deliveries"));
        var dataset = await platform.Get<IDatasets>().OpenAsync(Ada, scores.Dataset.Id);
        using var scorer = new OnnxScorer(await platform.Blobs.ReadAsync(model.Read<ModelManifest>().Content, 1 << 24));
        var alone = new List<float>();
        foreach (var batch in await ParquetBatches.ReadAsync(dataset.Paths[0], default))
        {
            for (var row = 0; row < batch.Length; row++)
                alone.Add(scorer.Score(ArrowValues.Slice(batch, row, 1))[0]);
        }

        Assert.Equal(3000, scores.Scores.Count);
        Assert.Equal(alone.Select(BitConverter.SingleToInt32Bits), scores.Scores.Select(BitConverter.SingleToInt32Bits));
        Assert.True(scores.Scores.Distinct().Count() > 100);
    }

    [Fact]
    public async Task A_limit_gives_the_first_rows()
    {
        var (platform, model) = (deliveries.Platform, deliveries.Models["lightgbm"]);
        var all = await platform.Get<IScoring>().ScoreAsync(Ada, model.Ref, new(AssetKind.Dataset, "deliveries"));
        var some = await platform.Get<IScoring>().ScoreAsync(Ada, model.Ref, new(AssetKind.Dataset, "deliveries"), 17);

        Assert.Equal(all.Scores.Take(17), some.Scores);
        await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IScoring>().ScoreAsync(Ada, model.Ref, new(AssetKind.Dataset, "deliveries"), 0));
    }

    [Fact]
    public async Task A_dataset_without_the_models_inputs_is_refused_by_name()
    {
        var (platform, model) = (deliveries.Platform, deliveries.Models["lightgbm"]);
        await platform.WriteAsync("SELECT TIMESTAMP '2024-01-01' AS moment, 1.0::DOUBLE AS temperature", "other");

        var refusal = await Assert.ThrowsAsync<InvalidException>(() => platform.Get<IScoring>().ScoreAsync(Ada, model.Ref, new(AssetKind.Dataset, "other")));
        Assert.Contains("'city'", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_is_no_onnx_graph_is_refused() => Assert.Throws<InvalidException>(() => new OnnxScorer([1, 2, 3]));
}
