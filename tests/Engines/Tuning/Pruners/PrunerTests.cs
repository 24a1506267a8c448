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

    [Fact]
    public void Impossible_settings_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => new SuccessiveHalvingPruner(0));
        Assert.Throws<ArgumentOutOfRangeException>(() => new SuccessiveHalvingPruner(1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new MedianPruner(0));
    }
}
