using System.Text.Json;
using CsCheck;
using Orrery.Kernel;
using Orrery.Statistics.Metrics;
using Orrery.Tuning.Pruners;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;
using Orrery.Tuning.Tests.Samplers;
using Xunit;

namespace Orrery.Tuning.Tests.Studies;

public sealed class StudyTests
{
    [Fact]
    public void The_best_is_by_direction_and_the_earliest_among_equals()
    {
        Assert.Equal(1, Best(MetricDirection.LowerIsBetter));
        Assert.Equal(2, Best(MetricDirection.HigherIsBetter));

        static int Best(MetricDirection direction)
        {
            var study = new Study(Problems.BraninSpace, new StudyOptions { Direction = direction });
            foreach (var value in new[] { 3.0, 1, 5, 5, 1 })
                study.Tell(study.Ask().Number, value);
            return study.Best!.Number;
        }
    }

    [Fact]
    public void A_value_that_is_not_finite_is_a_failure_and_never_the_best()
    {
        var study = new Study(Problems.BraninSpace);
        Assert.Equal(TrialState.Failed, study.Tell(study.Ask().Number, double.NaN).State);
        Assert.Equal(TrialState.Failed, study.Tell(study.Ask().Number, double.NegativeInfinity).State);
        Assert.Null(study.Best);
    }

    [Fact]
    public void A_trial_that_has_ended_takes_no_more_news()
    {
        var study = new Study(Problems.BraninSpace);
        var trial = study.Ask().Number;
        study.Report(trial, 3, 1);
        Assert.Throws<ConflictException>(() => study.Report(trial, 3, 1));
        study.Tell(trial, 1);
        Assert.Throws<ConflictException>(() => study.Tell(trial, 2));
        Assert.Throws<ConflictException>(() => study.Report(trial, 4, 2));
        Assert.Throws<NotFoundException>(() => study.TellPruned(7));
    }

    [Fact]
    public void A_point_of_ones_own_is_a_trial_like_any_other()
    {
        var study = new Study(Problems.BraninSpace);
        var trial = study.Ask(new Dictionary<string, ParameterValue> { ["x"] = Math.PI, ["y"] = 2.275 });
        Assert.Equal(Math.PI, trial.Parameters["x"].Number, 1e-12);
        Assert.Throws<InvalidException>(() => study.Ask(new Dictionary<string, ParameterValue> { ["x"] = 99, ["y"] = 1 }));
        Assert.Single(study.Trials);
    }

    [Fact]
    public void What_is_enqueued_comes_first_and_the_sampler_fills_in_the_rest()
    {
        var study = new Study(Problems.BraninSpace, new StudyOptions { Seed = 3 });
        var untouched = new Study(Problems.BraninSpace, new StudyOptions { Seed = 3 }).Ask();
        study.Enqueue(new Dictionary<string, ParameterValue> { ["x"] = 2 });
        study.Enqueue(new Dictionary<string, ParameterValue> { ["x"] = 3, ["y"] = 4 });
        Assert.Throws<InvalidException>(() => study.Enqueue(new Dictionary<string, ParameterValue> { ["x"] = 99 }));
        Assert.Throws<InvalidException>(() => study.Enqueue(new Dictionary<string, ParameterValue> { ["z"] = 1 }));
        var first = study.Ask();
        Assert.Equal(2, first.Parameters["x"].Number, 1e-12);
        Assert.Equal(untouched.Parameters["y"].Number, first.Parameters["y"].Number, 1e-12);
        var resumed = Study.FromState(JsonSerializer.Deserialize<StudyState>(JsonSerializer.Serialize(study.ToState()))!);
        foreach (var next in new[] { study.Ask(), resumed.Ask() })
        {
            Assert.Equal(3, next.Parameters["x"].Number, 1e-12);
            Assert.Equal(4, next.Parameters["y"].Number, 1e-12);
        }
    }

    [Fact]
    public void A_study_learns_from_the_trials_of_an_earlier_one()
    {
        var earlier = new Study(Problems.BraninSpace, new StudyOptions { Seed = 1 });
        for (var i = 0; i < 40; i++)
            Step(earlier);
        var warm = new Study(Problems.BraninSpace, new StudyOptions { Seed = 2 });
        foreach (var trial in earlier.Trials)
            warm.Add(trial);
        Assert.Equal(earlier.Best!.Value, warm.Best!.Value);
        var cold = new Study(Problems.BraninSpace, new StudyOptions { Seed = 2 });
        Assert.True(MeanOfTen(warm) < 0.5 * MeanOfTen(cold));
        Assert.Throws<InvalidException>(() => warm.Add(warm.Ask()));

        static double MeanOfTen(Study study) => Enumerable.Range(0, 10).Average(_ =>
        {
            var trial = study.Ask();
            return study.Tell(trial.Number, Problems.Branin(trial.Parameters)).Value!.Value;
        });
    }

    [Fact]
    public void The_best_keeps_the_constraints()
    {
        var study = new Study(Problems.BraninSpace);
        study.Tell(study.Ask().Number, [1], [0.5]);
        Assert.Null(study.Best);
        study.Tell(study.Ask().Number, [7], [0, -1]);
        Assert.Equal(1, study.Best!.Number);
        Assert.Equal(TrialState.Failed, study.Tell(study.Ask().Number, [0], [double.NaN]).State);
        Assert.Equal(1, study.Best!.Number);
    }

    [Theory]
    [InlineData(PrunerKind.Median)]
    [InlineData(PrunerKind.SuccessiveHalving)]
    [InlineData(PrunerKind.Hyperband)]
    public void A_study_saved_at_any_moment_goes_on_as_if_never_stopped(PrunerKind pruner) => Gen.Select(Gen.ULong, Gen.Int[0, 60]).Sample((seed, saveAfter) =>
    {
        var study = new Study(Problems.BraninSpace, new StudyOptions { Seed = seed, Pruner = pruner });
        for (var i = 0; i < saveAfter; i++)
            Step(study);
        var running = study.Ask();
        study.Report(running.Number, 1, double.NaN);
        var resumed = Study.FromState(JsonSerializer.Deserialize<StudyState>(JsonSerializer.Serialize(study.ToState()))!);
        Assert.Equal(study.Best?.Number, resumed.Best?.Number);
        for (var i = 0; i < 15; i++)
        {
            Step(study);
            Step(resumed);
        }

        Assert.Equal(JsonSerializer.Serialize(study.ToState()), JsonSerializer.Serialize(resumed.ToState()));
    }, iter: 15, threads: 1);

    [Fact]
    public void A_state_that_does_not_fit_is_refused()
    {
        var study = new Study(Problems.BraninSpace);
        Step(study);
        Step(study);
        var state = study.ToState();
        Assert.Throws<InvalidException>(() => Study.FromState(state with { Trials = [state.Trials[1]] }));
        Assert.Throws<InvalidException>(() => Study.FromState(state with { Space = Problems.HartmannSpace.Specs }));
    }

    // One trial that reports three times on its way, fails now and then, and obeys the pruner.
    private static void Step(Study study)
    {
        var trial = study.Ask();
        var loss = Problems.Branin(trial.Parameters);
        if (trial.Number % 11 == 10)
        {
            study.TellFailed(trial.Number, "out of memory");
            return;
        }

        foreach (var step in new[] { 1, 3, 9 })
        {
            if (study.Report(trial.Number, step, loss + 10.0 / step) == PruningDecision.Stop)
            {
                study.TellPruned(trial.Number);
                return;
            }
        }

        study.Tell(trial.Number, loss);
    }
}
