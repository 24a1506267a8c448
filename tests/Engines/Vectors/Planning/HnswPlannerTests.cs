using CsCheck;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Hnsw;
using Orrery.Vectors.Planning;
using Orrery.Vectors.Tests.Hnsw;
using Xunit;

namespace Orrery.Vectors.Tests.Planning;

public sealed class HnswPlannerTests
{
    private const int Sample = 4_000;

    [Theory]
    [InlineData(0.9)]
    [InlineData(0.97)]
    public void An_index_of_three_times_the_sample_reaches_the_recall_that_was_planned(double recall)
    {
        var data = new Clusters(12_000, 300, Metric.Euclidean, seed: 5);
        var goal = new HnswGoal { Count = 12_000, Recall = recall, MaxBytes = HnswPlanner.Bytes(12_000, Clusters.Dimension, 8) };
        var plan = Plan(data, goal);

        var index = new HnswIndex(Clusters.Dimension, Metric.Euclidean, plan.Options);
        for (var i = 0; i < data.Points.Length; i++)
            index.Add(i, data.Points[i]);
        var calibrated = HnswPlanner.Calibrate(index, data.Exact, data.Queries.SelectMany(query => query).ToArray(), goal, () => TimeSpan.Zero)!;

        // What is planned from a third is near what is reached; what is measured is exact, and a fifth fewer candidates do not reach it.
        Assert.InRange(data.Recall(index, plan.Ef), recall - 0.05, 1);
        Assert.Equal(calibrated.Recall, data.Recall(index, calibrated.Ef), 1e-12);
        Assert.True(calibrated.Recall >= recall);
        Assert.True(data.Recall(index, calibrated.Ef * 4 / 5) < recall || calibrated.Ef <= Clusters.K);
        Assert.Equal([(Sample - 300) >> 3, (Sample - 300) >> 2, (Sample - 300) >> 1, Sample - 300], plan.Trials.Select(trial => trial.Count));
        Assert.All(plan.Trials, trial => Assert.True(trial is { M: 8 } && trial.Recall >= recall));
    }

    [Fact]
    public async Task The_memory_that_is_told_is_what_the_index_holds()
    {
        var data = new Clusters(20_000, 1, Metric.Euclidean, seed: 8);
        using var file = new MemoryStream();
        await data.Build().SaveAsync(file, TestContext.Current.CancellationToken);
        // The file has all but the table that finds a point by its id, of four bytes for each of 32,768 cells.
        Assert.InRange(HnswPlanner.Bytes(20_000, Clusters.Dimension, 16) - (4 << 15), file.Length * 0.98, file.Length * 1.02);
    }

    [Fact]
    public void Memory_that_does_not_suffice_is_said()
    {
        var data = new Clusters(1_000, 1, Metric.Euclidean, seed: 6);
        var narrow = HnswPlanner.Bytes(1_000_000, Clusters.Dimension, 8);

        Assert.Equal(8, Plan(data, new HnswGoal { Count = 1_000_000, MaxBytes = narrow }).Options.M);
        Assert.Contains("more than the 1000 allowed", Assert.Throws<InvalidOperationException>(() => Plan(data, new HnswGoal { Count = 1_000_000, MaxBytes = 1_000 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_sample_and_seed_give_the_same_plan()
    {
        var data = new Clusters(2_000, 1, Metric.Cosine, seed: 7);
        var goal = new HnswGoal { Count = 50_000, MaxBytes = HnswPlanner.Bytes(50_000, Clusters.Dimension, 8) };
        var (first, second) = (Plan(data, goal), Plan(data, goal));
        Assert.Equal((first.Options, first.Ef, first.Bytes), (second.Options, second.Ef, second.Bytes));
        Assert.Equal(first.Trials, second.Trials);
    }

    [Fact]
    public void What_cannot_be_planned_is_refused()
    {
        static TimeSpan clock() => TimeSpan.Zero; // a clock that stands still
        Assert.Throws<ArgumentException>(() => HnswPlanner.Plan(new float[7], 2, Metric.Euclidean, new HnswGoal { Count = 10 }, clock));
        Assert.Throws<ArgumentException>(() => HnswPlanner.Plan(new float[100], 2, Metric.Euclidean, new HnswGoal { Count = 10 }, clock));
        foreach (var goal in new HnswGoal[] { new() { Count = 0 }, new() { Count = 1, Recall = 1 }, new() { Count = 1, Recall = double.NaN }, new() { Count = 1, K = 0 }, new() { Count = 1, Queries = 0 } })
            Assert.Throws<ArgumentOutOfRangeException>(() => HnswPlanner.Plan(new float[4_000], 2, Metric.Euclidean, goal, clock));
    }

    [Fact]
    public void A_power_law_is_found_again() =>
        Gen.Select(Gen.Double[0.1, 10], Gen.Double[0.1, 1]).Sample((factor, exponent) =>
        {
            var law = PowerLaw.Fit([.. new[] { 500.0, 1_000, 2_000, 4_000 }.Select(x => (x, factor * Math.Pow(x, exponent)))], 0.1);
            Assert.Equal(factor * Math.Pow(1e6, exponent), law.At(1e6), 1e-6 * factor * Math.Pow(1e6, exponent));
        });

    /// <summary>A clock that stands still: what is measured is then the same each time.</summary>
    private static HnswPlan Plan(Clusters data, HnswGoal goal) =>
        HnswPlanner.Plan(data.Points.Take(Sample).SelectMany(point => point).ToArray(), Clusters.Dimension, data.Exact.Metric, goal, () => TimeSpan.Zero);
}
