using System.Text.Json;
using Orrery.Kernel;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;
using Xunit;

namespace Orrery.Tuning.Tests.Studies;

/// <summary>The objective asks for its parameters one by one, and only for those that it needs.</summary>
public sealed class DefinedByRunTests
{
    [Fact]
    public async Task A_branch_asks_only_for_its_own_parameters()
    {
        var study = await RunAsync(new StudyOptions { Seed = 1 }, 60);
        Assert.Equal(["kind", "slope", "x", "y"], study.Space.Dimensions.Select(d => d.Spec.Name).Order());
        Assert.All(study.Trials, trial => Assert.Equal(
            trial.Parameters["kind"].Choice == "line" ? ["kind", "slope"] : ["kind", "x", "y"], trial.Parameters.Keys.Order()));
        Assert.All(["line", "bowl"], kind => Assert.Contains(study.Trials, trial => trial.Parameters["kind"].Choice == kind));
    }

    [Theory]
    [InlineData(SamplerKind.Tpe)]
    [InlineData(SamplerKind.GaussianProcess)]
    public async Task Samplers_learn_in_a_space_that_grows(SamplerKind kind)
    {
        var tuned = new List<double>();
        var chance = new List<double>();
        for (ulong seed = 0; seed < 5; seed++)
        {
            tuned.Add((await RunAsync(new StudyOptions { Seed = seed, Sampler = kind }, 60)).Best!.Value!.Value);
            chance.Add((await RunAsync(new StudyOptions { Seed = seed, Sampler = SamplerKind.Random }, 60)).Best!.Value!.Value);
        }

        Assert.True(tuned.Order().ElementAt(2) < 0.6 * chance.Order().ElementAt(2), $"{tuned.Order().ElementAt(2)} against {chance.Order().ElementAt(2)}");
    }

    [Theory]
    [InlineData(SamplerKind.Random)]
    [InlineData(SamplerKind.QuasiRandom)]
    [InlineData(SamplerKind.CmaEs)]
    [InlineData(SamplerKind.NsgaII)]
    public async Task Every_sampler_without_a_grid_takes_part(SamplerKind kind)
    {
        var study = await RunAsync(new StudyOptions { Seed = 1, Sampler = kind, NsgaII = new() { Population = 8 } }, 60);
        Assert.All(study.Trials, trial => Assert.Equal(TrialState.Complete, trial.State));
        Assert.True(study.Best!.Value < 1, $"{study.Best.Value}");
    }

    [Fact]
    public void A_grid_needs_a_declared_space() =>
        Assert.Contains("declared space", Assert.Throws<InvalidException>(() => Study.DefinedByRun(new StudyOptions { Sampler = SamplerKind.Grid })).Message, StringComparison.Ordinal);

    [Fact]
    public void Asking_again_gives_the_same_value_and_another_range_is_refused()
    {
        var study = Study.DefinedByRun();
        var trial = study.Ask().Number;
        var x = study.Suggest(trial, ParameterSpec.Float("x", 0, 1));
        Assert.Equal(x, study.Suggest(trial, ParameterSpec.Float("x", 0, 1)));
        Assert.Throws<InvalidException>(() => study.Suggest(trial, ParameterSpec.Float("x", 0, 2)));
        Assert.Throws<InvalidException>(() => study.Suggest(trial, ParameterSpec.Integer("x", 0, 1)));
        Assert.Throws<InvalidException>(() => study.Suggest(trial, ParameterSpec.Float("y", 3, 1)));
        Assert.Throws<InvalidException>(() => study.Suggest(trial, ParameterSpec.Float("z", 0, 1).OnlyWhen("x", "a")));
        study.Tell(trial, 1);
        Assert.Throws<ConflictException>(() => study.Suggest(trial, ParameterSpec.Float("x", 0, 1)));
        Assert.Single(study.Space.Dimensions);
    }

    [Fact]
    public void The_same_objective_works_on_a_declared_space()
    {
        var study = new Study(new SearchSpace(ParameterSpec.Categorical("kind", "line", "bowl"), ParameterSpec.Float("slope", 0, 1).OnlyWhen("kind", "line")));
        var trial = study.Ask(new Dictionary<string, ParameterValue> { ["kind"] = "bowl" }).Number;
        Assert.Equal("bowl", study.Suggest(trial, ParameterSpec.Categorical("kind", "line", "bowl")).Choice);
        Assert.Contains("active only when 'kind'", Assert.Throws<InvalidException>(() => study.Suggest(trial, ParameterSpec.Float("slope", 0, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("Did you mean 'slope'", Assert.Throws<InvalidException>(() => study.Suggest(trial, ParameterSpec.Float("slop", 0, 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_enqueued_is_given_where_it_is_asked_for()
    {
        var study = Study.DefinedByRun();
        study.Enqueue(new Dictionary<string, ParameterValue> { ["x"] = 0.25, ["never"] = 3 });
        study.Enqueue(new Dictionary<string, ParameterValue> { ["x"] = 7 });
        var first = study.Ask().Number;
        Assert.Equal(0.25, study.Suggest(first, ParameterSpec.Float("x", 0, 1)).Number);
        var second = study.Ask().Number;
        Assert.Contains("'x' cannot be 7", Assert.Throws<InvalidException>(() => study.Suggest(second, ParameterSpec.Float("x", 0, 1))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_study_goes_on_from_its_records_with_the_trial_that_would_have_come()
    {
        var study = await RunAsync(new StudyOptions { Seed = 3 }, 40);
        var again = Study.FromState(JsonSerializer.Deserialize<StudyState>(JsonSerializer.Serialize(study.ToState()))!);
        foreach (var one in new[] { study, again })
            await new StudyRunner(one).RunAsync(Objective, 20);
        Assert.Equal(Trace(study), Trace(again));

        static string Trace(Study study) => string.Join(' ', study.Trials.Select(t => string.Join(',', t.Parameters.OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"{p.Key}={p.Value}"))));
    }

    [Fact]
    public async Task Trials_that_are_pruned_or_fail_are_told_so_and_a_failure_ends_the_run()
    {
        var study = Study.DefinedByRun(new StudyOptions { Pruner = PrunerKind.SuccessiveHalving });
        await new StudyRunner(study).RunAsync((trial, _) =>
        {
            var x = trial.SuggestFloat("x", 0, 1);
            trial.Report(1, x);
            return Task.FromResult(x);
        }, 30);
        Assert.Contains(study.Trials, t => t.State == TrialState.Pruned);
        Assert.DoesNotContain(study.Trials, t => t.State == TrialState.Running);
        await Assert.ThrowsAsync<InvalidOperationException>(() => new StudyRunner(study).RunAsync((_, _) => throw new InvalidOperationException("no"), 5));
        Assert.Equal((31, "no"), (study.Trials.Count, study.Trials[^1].Failure));
    }

    [Fact]
    public async Task Workers_side_by_side_run_each_trial_once()
    {
        var study = Study.DefinedByRun(new StudyOptions { Seed = 1 });
        var together = 0;
        var most = 0;
        await new StudyRunner(study).RunAsync(async (trial, _) =>
        {
            var now = Interlocked.Increment(ref together);
            lock (study)
                most = Math.Max(most, now);
            await Task.Yield();
            var value = await Objective(trial, default);
            Interlocked.Decrement(ref together);
            return value;
        }, 100, workers: 4);
        Assert.Equal(100, study.Trials.Count);
        Assert.InRange(most, 1, 4);
        Assert.All(study.Trials, trial => Assert.Equal(TrialState.Complete, trial.State));
    }

    private static async Task<Study> RunAsync(StudyOptions options, int trials)
    {
        var study = Study.DefinedByRun(options);
        await new StudyRunner(study).RunAsync(Objective, trials);
        return study;
    }

    // Best: kind = bowl, (x, y) = (1.3, −0.6).
    private static Task<double> Objective(RunningTrial trial, CancellationToken cancellationToken)
    {
        if (trial.SuggestCategorical("kind", "line", "bowl") == "line")
            return Task.FromResult(0.5 + trial.SuggestFloat("slope", 0, 1));
        return Task.FromResult(Math.Pow(trial.SuggestFloat("x", -2, 2) - 1.3, 2) + Math.Pow(trial.SuggestFloat("y", -2, 2) + 0.6, 2));
    }
}
