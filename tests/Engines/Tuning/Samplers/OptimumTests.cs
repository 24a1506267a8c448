using Orrery.Statistics;
using Orrery.Tuning.Samplers;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;
using Xunit;

namespace Orrery.Tuning.Tests.Samplers;

/// <summary>Medians over seeds of the distance to the known optimum, against random search with the same budget.</summary>
public sealed class OptimumTests
{
    [Fact]
    public void Cma_es_finds_the_middle_of_a_sphere() => Assert.Equal(0, Median(SamplerKind.CmaEs, Problems.Cube(5), Problems.Sphere, 0, 600), 1e-6);

    [Fact]
    public void Cma_es_follows_the_valley_of_Rosenbrock()
    {
        var found = Median(SamplerKind.CmaEs, Problems.Cube(5), Problems.Rosenbrock, 0, 1500);
        Assert.True(found < 0.02 * Median(SamplerKind.Random, Problems.Cube(5), Problems.Rosenbrock, 0, 1500), $"{found}");
    }

    [Fact]
    public void Cma_es_finds_an_optimum_in_a_corner()
    {
        // Only one draw in sixteen lies inside there.
        static double Corner(IReadOnlyDictionary<string, ParameterValue> at) => at.Values.Sum(x => x.Number);
        var found = Median(SamplerKind.CmaEs, Problems.Cube(4), Corner, -8, 300);
        Assert.True(found < 0.1 * Median(SamplerKind.Random, Problems.Cube(4), Corner, -8, 300), $"{found}");
    }

    [Fact]
    public void Gaussian_processes_come_near_the_optimum_of_Branin_in_forty_trials() =>
        Assert.True(Median(SamplerKind.GaussianProcess, Problems.BraninSpace, Problems.Branin, 0.397887, 40) < 0.02);

    [Fact]
    public void Gaussian_processes_halve_what_tpe_leaves_on_Hartmann()
    {
        var found = Median(SamplerKind.GaussianProcess, Problems.HartmannSpace, Problems.Hartmann, -3.32237, 50);
        Assert.True(found < 0.5 * Median(SamplerKind.Tpe, Problems.HartmannSpace, Problems.Hartmann, -3.32237, 50), $"{found}");
    }

    [Theory]
    [InlineData(SamplerKind.Tpe)]
    [InlineData(SamplerKind.GaussianProcess)]
    public void Conditional_parameters_are_searched_where_they_count(SamplerKind kind)
    {
        var space = new SearchSpace(
            ParameterSpec.Categorical("kind", "flat", "bowl"), ParameterSpec.Float("x", -2, 2).OnlyWhen("kind", "bowl"),
            ParameterSpec.Float("y", -2, 2).OnlyWhen("kind", "bowl"), ParameterSpec.Float("z", 0, 1).OnlyWhen("kind", "flat"));
        static double Loss(IReadOnlyDictionary<string, ParameterValue> at) =>
            at["kind"].Choice == "flat" ? 1 + at["z"].Number : Math.Pow(at["x"].Number - 1.3, 2) + Math.Pow(at["y"].Number + 0.6, 2);
        var found = Median(kind, space, Loss, 0, 50);
        Assert.True(found < 0.5 * Median(SamplerKind.Random, space, Loss, 0, 50), $"{found}");
    }

    [Fact]
    public void Cma_es_starts_again_where_it_has_nothing_left_to_find()
    {
        var sampler = new CmaEsSampler(Problems.Cube(2), 1);
        for (var i = 0; i < 3000; i++)
        {
            var point = sampler.Propose(i, SeededRandom.ForPart(1, (ulong)i));
            sampler.Ended(new SampledTrial(i, point, point.Sum(x => (x - 0.3) * (x - 0.3))));
        }

        Assert.InRange(sampler.Restarts, 1, 6);
    }

    [Theory]
    [InlineData(SamplerKind.CmaEs)]
    [InlineData(SamplerKind.GaussianProcess)]
    public void What_is_proposed_depends_on_the_set_of_trials_not_on_their_order(SamplerKind kind)
    {
        SampledTrial[] trials = [.. Enumerable.Range(0, 150).Select(i =>
        {
            var random = SeededRandom.ForPart(9, (ulong)i);
            double[] point = [random.NextDouble(), random.NextDouble()];
            return new SampledTrial(i, point, i % 7 == 0 ? null : Math.Abs(point[0] - 0.3)) { Violation = i % 5 == 0 ? point[1] : 0 };
        })];
        Assert.Equal(Told(trials), Told(trials.Reverse()));
        Assert.NotEqual(Told(trials), Told(trials.Select(t => t with { Loss = -t.Loss })));

        double[] Told(IEnumerable<SampledTrial> trials)
        {
            var sampler = new StudyOptions { Sampler = kind }.CreateSampler(Problems.BraninSpace);
            foreach (var trial in trials)
                sampler.Ended(trial);
            return sampler.Propose(150, new SeededRandom(1));
        }
    }

    private static double Median(SamplerKind kind, SearchSpace space, Func<IReadOnlyDictionary<string, ParameterValue>, double> loss, double minimum, int trials) =>
        Enumerable.Range(0, 5).Select(seed =>
        {
            var study = new Study(space, new StudyOptions { Seed = (ulong)seed, Sampler = kind });
            for (var i = 0; i < trials; i++)
            {
                var trial = study.Ask();
                study.Tell(trial.Number, loss(trial.Parameters));
            }

            return study.Best!.Value!.Value - minimum;
        }).Order().ElementAt(2);
}
