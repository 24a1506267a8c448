using Orrery.Statistics;
using Orrery.Tuning.Pruners;
using Xunit;

namespace Orrery.Tuning.Tests.Pruners;

public sealed class PrunerTests
{
    [Fact]
    public void The_median_pruner_stops_what_is_worse_than_half_of_the_finished()
    {
        var pruner = new MedianPruner(startupTrials: 3);
        for (var trial = 0; trial < 3; trial++)
        {
            Assert.Equal(PruningDecision.Continue, pruner.Report(trial, 1, trial + 10));
            pruner.Completed(trial);
        }

        Assert.Equal(PruningDecision.Continue, pruner.Report(3, 1, 11));
        Assert.Equal(PruningDecision.Stop, pruner.Report(4, 1, 11.1));
        Assert.Equal(PruningDecision.Stop, pruner.Report(5, 1, double.NaN));
        // At a step that no finished trial has reported there is nothing to compare.
        Assert.Equal(PruningDecision.Continue, pruner.Report(6, 2, 99));
    }

    [Fact]
    public void A_trial_is_judged_by_its_best_report()
    {
        var pruner = new MedianPruner(startupTrials: 1, warmupSteps: 2);
        foreach (var (step, loss) in new[] { (1, 5.0), (2, 4.0) })
            pruner.Report(0, step, loss);
        pruner.Completed(0);
        Assert.Equal(PruningDecision.Continue, pruner.Report(1, 1, 3.9));
        Assert.Equal(PruningDecision.Continue, pruner.Report(1, 2, 50));
        Assert.Equal(PruningDecision.Continue, pruner.Report(2, 1, 50));
        Assert.Equal(PruningDecision.Stop, pruner.Report(2, 2, 50));
    }

    [Fact]
    public void Successive_halving_lets_a_third_go_on_from_each_rung()
    {
        var pruner = new SuccessiveHalvingPruner(minimumResource: 1, reduction: 3);
        var random = new SeededRandom(1);
        var reached = new int[3];
        for (var trial = 0; trial < 900; trial++)
        {
            var loss = random.NextDouble();
            var promoted = true;
            for (var step = 1; promoted && step <= 9; step++)
            {
                promoted = pruner.Report(trial, step, loss) == PruningDecision.Continue;
                if (promoted && step is 1 or 3 or 9)
                    reached[step == 1 ? 0 : step == 3 ? 1 : 2] += promoted ? 1 : 0;
            }
        }

        // Early trials meet few rivals, so somewhat more than a third pass.
        Assert.InRange(reached[0], 290, 350);
        Assert.InRange(reached[1] / (double)reached[0], 0.25, 0.5);
        Assert.True(reached[2] > 0);
    }

    [Fact]
    public void The_first_at_a_rung_always_goes_on_and_the_best_is_never_stopped()
    {
        var pruner = new SuccessiveHalvingPruner(minimumResource: 2, reduction: 2);
        Assert.Equal(PruningDecision.Continue, pruner.Report(0, 1, 100));
        Assert.Equal(PruningDecision.Continue, pruner.Report(0, 2, 100));
        for (var trial = 1; trial < 50; trial++)
            Assert.Equal(PruningDecision.Continue, pruner.Report(trial, 8, 100 - trial));
        Assert.Equal(PruningDecision.Stop, pruner.Report(50, 2, 100));
    }

    [Theory]
    [InlineData(25, 12.25)]
    [InlineData(50, 14.5)]
    [InlineData(100, 19)]
    public void The_percentile_pruner_lets_that_part_go_on(double percentile, double threshold)
    {
        var pruner = new PercentilePruner(percentile);
        for (var trial = 0; trial < 10; trial++)
        {
            // 10 … 19, as numpy.percentile(range(10, 20), 25) = 12.25.
            pruner.Report(trial, 1, 10 + trial);
            pruner.Completed(trial);
        }

        Assert.Equal(PruningDecision.Continue, pruner.Report(10, 1, threshold - 0.01));
        Assert.Equal(PruningDecision.Stop, pruner.Report(11, 1, threshold + 0.01));
    }

    [Fact]
    public void The_percentile_pruner_ranks_trials_without_a_value_last()
    {
        var pruner = new PercentilePruner(50, startupTrials: 1);
        foreach (var (trial, loss) in new[] { (0, 1.0), (1, double.NaN), (2, double.NaN) })
        {
            pruner.Report(trial, 1, loss);
            pruner.Completed(trial);
        }

        Assert.Equal(PruningDecision.Continue, pruner.Report(3, 1, 1e300));
    }

    [Fact]
    public void The_patient_pruner_waits_for_a_plateau_to_end()
    {
        var pruner = new PatientPruner(inner: null, patience: 2, minimumGain: 0.5);
        Assert.Equal(PruningDecision.Continue, pruner.Report(0, 1, 10));
        Assert.Equal(PruningDecision.Continue, pruner.Report(0, 2, 9.7));
        Assert.Equal(PruningDecision.Continue, pruner.Report(0, 3, 11));
        Assert.Equal(PruningDecision.Continue, pruner.Report(0, 4, 9));
        Assert.Equal(PruningDecision.Continue, pruner.Report(0, 5, 9));
        Assert.Equal(PruningDecision.Continue, pruner.Report(0, 6, double.NaN));
        Assert.Equal(PruningDecision.Stop, pruner.Report(0, 7, 9));
    }

    [Fact]
    public void The_patient_pruner_stops_nobody_whom_the_other_lets_go_on()
    {
        var pruner = new PatientPruner(new MedianPruner(startupTrials: 1), patience: 0);
        foreach (var step in new[] { 1, 2, 3 })
            Assert.Equal(PruningDecision.Continue, pruner.Report(0, step, 5));
        pruner.Completed(0);
        Assert.Equal(PruningDecision.Continue, pruner.Report(1, 1, 6));
        Assert.Equal(PruningDecision.Stop, pruner.Report(1, 2, 6));
        Assert.Equal(PruningDecision.Continue, pruner.Report(2, 1, 4));
        Assert.Equal(PruningDecision.Continue, pruner.Report(2, 2, 4));
    }

    [Fact]
    public void Hyperband_has_brackets_in_the_shares_of_the_paper()
    {
        var pruner = new HyperbandPruner(maximumResource: 81);
        // n of algorithm 1, arXiv:1603.06560: with R = 81 and η = 3 the brackets start 81, 34, 15, 8 and 5 trials.
        Assert.Equal(5, pruner.Brackets);
        var counts = Enumerable.Range(0, 14300).CountBy(pruner.BracketOf).OrderBy(c => c.Key).Select(c => c.Value / 100.0).ToArray();
        foreach (var (expected, actual) in new[] { 81, 34, 15, 8, 5 }.Zip(counts))
            Assert.InRange(actual, expected - 3.0, expected + 3.0);
    }

    [Fact]
    public void Trials_of_a_late_bracket_are_not_stopped_early()
    {
        var pruner = new HyperbandPruner(maximumResource: 9);
        var stopped = new int[3];
        for (var trial = 0; trial < 300; trial++)
        {
            // Every trial is worse than all before it.
            if (pruner.Report(trial, 1, trial) == PruningDecision.Stop)
                stopped[pruner.BracketOf(trial)]++;
        }

        Assert.True(stopped[0] > 100);
        Assert.Equal([0, 0], stopped[1..]);
    }

    [Fact]
    public void Impossible_settings_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new PercentilePruner(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PercentilePruner(double.NaN));
        Assert.Throws<ArgumentOutOfRangeException>(() => new PatientPruner(null, -1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new HyperbandPruner(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SuccessiveHalvingPruner(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SuccessiveHalvingPruner(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MedianPruner(0));
    }
}
