using Orrery.Kernel;
using Orrery.Language.Learning;
using Xunit;

namespace Orrery.Language.Tests.Learning;

public sealed class ScalingLawTests
{
    // arXiv 2203.15556, equation 10.
    private static readonly ScalingLaw Chinchilla = new(1.69, 406.4, 0.34, 410.7, 0.28);

    [Fact]
    public void Runs_of_a_law_give_it_back()
    {
        var law = ScalingLaw.Fit(Runs());
        Assert.Equal(1.69, law.Irreducible, 0.005);
        Assert.Equal(0.34, law.Alpha, 0.002);
        Assert.Equal(0.28, law.Beta, 0.002);
        Assert.Equal(Chinchilla.Predict(7e10, 1.4e12), law.Predict(7e10, 1.4e12), 0.005);
    }

    [Fact]
    public void A_run_that_went_wrong_hardly_moves_it()
    {
        var runs = Runs();
        runs[7] = runs[7] with { Loss = runs[7].Loss * 1.5 };
        var law = ScalingLaw.Fit(runs);
        Assert.Equal(0.34, law.Alpha, 0.01);
        Assert.Equal(0.28, law.Beta, 0.01);
    }

    [Fact]
    public void The_optimum_beats_its_neighbours()
    {
        const double Flops = 5.76e23;
        var (parameters, tokens) = Chinchilla.Optimum(Flops);
        Assert.Equal(Flops, 6 * parameters * tokens, Flops * 1e-9);
        foreach (var factor in (double[])[0.9, 1.1])
            Assert.True(Chinchilla.Predict(parameters, tokens) < Chinchilla.Predict(parameters * factor, tokens / factor));
    }

    [Fact]
    public void Intervals_hold_the_law_and_are_the_same_for_the_same_seed()
    {
        var random = new Random(3);
        var noisy = Runs().Select(run => run with { Loss = run.Loss * (1 + 0.002 * (random.NextDouble() - 0.5)) }).ToList();
        var fit = ScalingLaw.FitWithIntervals(noisy, resamples: 30, seed: 5);
        Assert.InRange(fit.Law.Alpha, fit.Alpha.Low, fit.Alpha.High);
        Assert.InRange(0.34, fit.Alpha.Low - 0.01, fit.Alpha.High + 0.01);
        Assert.True(fit.Beta.High > fit.Beta.Low);
        Assert.Equal(fit, ScalingLaw.FitWithIntervals(noisy, resamples: 30, seed: 5));
    }

    [Fact]
    public void Runs_that_say_too_little_are_refused()
    {
        var runs = Runs();
        Assert.Contains("6 runs", Assert.Throws<InvalidException>(() => ScalingLaw.Fit(runs[..5])).Message);
        Assert.Contains("several sizes", Assert.Throws<InvalidException>(() => ScalingLaw.Fit([.. runs.Select(run => run with { Parameters = 1e8 })])).Message);
        Assert.Contains("Run 3", Assert.Throws<InvalidException>(() => ScalingLaw.Fit([.. runs.Select((run, i) => i == 2 ? run with { Loss = double.NaN } : run)])).Message);
    }

    private static List<ScalingRun> Runs() =>
        [.. from parameters in (double[])[5e7, 2e8, 1e9, 5e9] from tokens in (double[])[1e9, 5e9, 2e10, 1e11] select new ScalingRun(parameters, tokens, Chinchilla.Predict(parameters, tokens))];
}
