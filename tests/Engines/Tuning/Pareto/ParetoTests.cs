using CsCheck;
using Orrery.Kernel;
using Orrery.Statistics.Metrics;
using Orrery.Tuning.Pareto;
using Orrery.Tuning.Samplers;
using Orrery.Tuning.Studies;
using Orrery.Tuning.Tests.Samplers;
using Xunit;

namespace Orrery.Tuning.Tests.Pareto;

public sealed class ParetoTests
{
    // Few different values, so that there are ties, and some trials that break constraints or were pruned.
    private static readonly Gen<SampledTrial[]> AnyTrials = Gen.Select(Gen.Int[0, 5], Gen.Int[0, 5], Gen.Int[-3, 2], Gen.Int[0, 9]).Array[1, 40].Select(rows => rows.Select((row, i) =>
        new SampledTrial(i, new double[] { 0.5 }, row.Item4 == 0 ? null : row.Item1)
        {
            Losses = row.Item4 == 0 ? default : new double[] { row.Item1, row.Item2 },
            Violation = row.Item4 == 0 ? 0 : Math.Max(0, row.Item3),
        }).ToArray());

    [Fact]
    public void A_trial_is_in_the_front_after_that_of_its_worst_dominator() => AnyTrials.Sample(trials =>
    {
        var rank = new int[trials.Length];
        var fronts = ParetoOrder.Fronts(trials);
        Assert.Equal(Enumerable.Range(0, trials.Length), fronts.SelectMany(f => f).Order());
        foreach (var (front, at) in fronts.Select((front, at) => (front, at)))
            front.ForEach(trial => rank[trial] = at);
        for (var i = 0; i < trials.Length; i++)
        {
            var dominators = Enumerable.Range(0, trials.Length).Where(j => ParetoOrder.Dominates(trials[j], trials[i])).Select(j => rank[j]).DefaultIfEmpty(-1);
            Assert.Equal(dominators.Max() + 1, rank[i]);
        }
    });

    [Fact]
    public void What_keeps_the_constraints_dominates_what_does_not_and_pruned_trials_come_last()
    {
        SampledTrial good = new(0, default, 9) { Losses = new double[] { 9, 9 } }, broken = new(1, default, 0) { Losses = new double[] { 0, 0 }, Violation = 0.1 };
        Assert.True(ParetoOrder.Dominates(good, broken));
        Assert.True(ParetoOrder.Dominates(broken, broken with { Violation = 0.2 }));
        Assert.True(ParetoOrder.Dominates(good, new SampledTrial(2, default, null)));
        Assert.False(ParetoOrder.Dominates(good, good));
    }

    [Fact]
    public void Crowding_is_the_sum_of_the_gaps_to_the_neighbours()
    {
        SampledTrial[] trials = [.. new[] { (0.0, 10.0), (1, 6), (4, 5), (10, 0) }.Select((l, i) => new SampledTrial(i, default, l.Item1) { Losses = new[] { l.Item1, l.Item2 } })];
        Assert.Equal([double.PositiveInfinity, 0.4 + 0.5, 0.9 + 0.6, double.PositiveInfinity], ParetoOrder.Crowding(trials, [0, 1, 2, 3]), (a, b) => a == b || Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void The_front_of_a_study_is_what_no_other_trial_beats() => Gen.Select(Gen.Int[0, 6], Gen.Int[0, 6], Gen.Int[-3, 1]).Array[1, 50].Sample(rows =>
    {
        var study = new Study(Problems.Square, TwoObjectives(SamplerKind.Random));
        foreach (var (first, second, constraint) in rows)
            study.Tell(study.Ask().Number, [first, second], [constraint]);
        var expected = study.Trials.Where(t => t.IsFeasible && !study.Trials.Any(o => o.IsFeasible && o != t
            && o.Values[0] <= t.Values[0] && o.Values[1] >= t.Values[1] && (o.Values[0] < t.Values[0] || o.Values[1] > t.Values[1] || o.Number < t.Number)));
        Assert.Equal(expected.Select(t => t.Number), study.ParetoFront.Select(t => t.Number));
    });

    [Fact]
    public void Nsga_covers_most_of_the_front_of_zdt1()
    {
        // The front is f2 = 1 − √f1, so the largest volume below (1.1, 1.1) is 0.21 + 2/3.
        var found = Median(seed => Hypervolume(Search(SamplerKind.NsgaII, seed)));
        var chance = Median(seed => Hypervolume(Search(SamplerKind.Random, seed)));
        Assert.True(found > 0.75 && found > 2 * chance, $"{found} against {chance}");

        static Study Search(SamplerKind kind, ulong seed)
        {
            var study = new Study(Problems.UnitCube(10), new StudyOptions { Sampler = kind, Seed = seed, Directions = [MetricDirection.LowerIsBetter, MetricDirection.LowerIsBetter] });
            for (var i = 0; i < 3000; i++)
            {
                var trial = study.Ask();
                study.Tell(trial.Number, Problems.Zdt1(trial.Parameters));
            }

            return study;
        }
    }

    [Fact]
    public void Nsga_finds_the_optimum_that_a_constraint_allows()
    {
        var study = new Study(Problems.Square, new StudyOptions { Sampler = SamplerKind.NsgaII, NsgaII = new() { Population = 20 } });
        for (var i = 0; i < 600; i++)
        {
            var trial = study.Ask();
            var (x, y) = (trial.Parameters["x"].Number, trial.Parameters["y"].Number);
            study.Tell(trial.Number, [x + y], [1 - x - 2 * y]);
        }

        // Without the constraint 0; with x + 2y ≥ 1 it is 0.5 at (0, 0.5).
        Assert.InRange(study.Best!.Value!.Value, 0.5, 0.53);
        // A search that ignored the constraint would end at (0, 0).
        Assert.True(study.Trials.TakeLast(200).Average(t => t.Parameters["x"].Number + 2 * t.Parameters["y"].Number) > 0.9);
    }

    [Fact]
    public void One_objective_samplers_and_pruners_refuse_several()
    {
        foreach (var kind in new[] { SamplerKind.Tpe, SamplerKind.CmaEs, SamplerKind.GaussianProcess })
            Assert.Throws<InvalidException>(() => new Study(Problems.Square, TwoObjectives(kind)));
        Assert.Throws<InvalidException>(() => new Study(Problems.Square, TwoObjectives(SamplerKind.NsgaII) with { Pruner = PrunerKind.Median }));
        var study = new Study(Problems.Square, TwoObjectives(SamplerKind.NsgaII));
        Assert.Throws<InvalidException>(() => study.Tell(study.Ask().Number, 1));
        Assert.Equal(TrialState.Running, study.Trials[0].State);
    }

    private static StudyOptions TwoObjectives(SamplerKind kind) => new() { Sampler = kind, Directions = [MetricDirection.LowerIsBetter, MetricDirection.HigherIsBetter] };

    private static double Median(Func<ulong, double> value) => Enumerable.Range(0, 5).Select(seed => value((ulong)seed)).Order().ElementAt(2);

    private static double Hypervolume(Study study)
    {
        var (volume, above) = (0.0, 1.1);
        foreach (var trial in study.ParetoFront.OrderBy(t => t.Values[0]).Where(t => t.Values[0] < 1.1 && t.Values[1] < 1.1))
            (volume, above) = (volume + (1.1 - trial.Values[0]) * (above - trial.Values[1]), trial.Values[1]);
        return volume;
    }
}
