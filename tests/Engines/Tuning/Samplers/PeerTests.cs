using System.Collections.Concurrent;
using System.Text.Json;
using Orrery.Tuning.Spaces;
using Orrery.Tuning.Studies;
using Xunit;

namespace Orrery.Tuning.Tests.Samplers;

/// <summary>
/// The median over seeds of the best value after a budget of trials is no worse than what Optuna 3.1 reached with the same budget, the better of its ways where it has several
/// (<c>golden/reference.json</c>, made by <c>reference.py</c>). It has no Gaussian process without PyTorch; there the peers are its TPE and one of scikit-learn.
/// </summary>
public sealed class PeerTests
{
    private static readonly Reached[] Reference =
        JsonSerializer.Deserialize<Reached[]>(File.ReadAllText(Orrery.Tests.Repository.Path("tests/Engines/Tuning/golden/reference.json")))!;

    [Theory]
    [InlineData(SamplerKind.Tpe, "Branin", 100, 11)]
    [InlineData(SamplerKind.Tpe, "Hartmann", 200, 11)]
    [InlineData(SamplerKind.Tpe, "Rosenbrock", 500, 9)]
    [InlineData(SamplerKind.CmaEs, "Branin", 200, 11)]
    [InlineData(SamplerKind.CmaEs, "Hartmann", 300, 11)]
    [InlineData(SamplerKind.CmaEs, "Rosenbrock", 1500, 11)]
    [InlineData(SamplerKind.GaussianProcess, "Branin", 40, 7)]
    [InlineData(SamplerKind.GaussianProcess, "Hartmann", 60, 7)]
    [InlineData(SamplerKind.GaussianProcess, "Rosenbrock", 100, 5)]
    public void The_median_of_the_best_is_no_worse_than_Optunas(SamplerKind kind, string problem, int trials, int seeds)
    {
        var theirs = Reference.Where(r => r.Problem == problem && r.Trials == trials).Min(r => r.Median);
        var found = new ConcurrentBag<double>();
        Parallel.For(0, seeds, seed => found.Add(Best(kind, problem, trials, (ulong)seed)));
        var ours = found.Order().ElementAt(seeds / 2);
        Assert.True(ours <= theirs, $"{ours} against {theirs}");
    }

    private static double Best(SamplerKind kind, string problem, int trials, ulong seed)
    {
        var (space, loss) = problem switch
        {
            "Branin" => (Problems.BraninSpace, Problems.Branin),
            "Hartmann" => (Problems.HartmannSpace, Problems.Hartmann),
            _ => (new SearchSpace([.. Enumerable.Range(0, 10).Select(i => ParameterSpec.Float($"x{i}", -5, 10))]), (Func<IReadOnlyDictionary<string, ParameterValue>, double>)Problems.Rosenbrock),
        };
        var study = new Study(space, new StudyOptions { Seed = seed, Sampler = kind });
        for (var i = 0; i < trials; i++)
        {
            var trial = study.Ask();
            study.Tell(trial.Number, loss(trial.Parameters));
        }

        return study.Best!.Value!.Value;
    }

    private sealed record Reached(string Sampler, string Problem, int Trials, int Seeds, double Median);
}
