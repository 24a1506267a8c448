using System.Text.Json;
using CsCheck;
using Orrery.Engines.Tests;
using Orrery.Statistics;
using Orrery.Tuning.Samplers;
using Xunit;

namespace Orrery.Tuning.Tests.Samplers;

public sealed class GaussianProcessTests
{
    [Fact]
    public void Likelihood_its_gradient_and_predictions_are_those_of_scikit_learn()
    {
        foreach (var golden in Golden.Load("Tuning", "tuning.json").GetProperty("Process").EnumerateArray())
        {
            var points = Rows(golden.GetProperty("X"));
            var kernel = new MaternKernel(golden.Doubles("LogParameters"), new bool[points[0].Length]);
            var process = GaussianProcess.TryMake(points, golden.Doubles("Y"), kernel)!;
            Golden.Same(golden.Double("LogLikelihood"), process.LogLikelihood, 1e-9, "log likelihood");
            foreach (var (expected, actual) in golden.Doubles("Gradient").Zip(process.Gradient()))
                Golden.Same(expected, actual, 1e-8, "gradient");
            foreach (var (at, i) in Rows(golden.GetProperty("At")).Select((at, i) => (at, i)))
            {
                var (mean, variance) = process.Predict(at);
                Golden.Same(golden.Doubles("Mean")[i], mean, 1e-8, "mean");
                Golden.Same(golden.Doubles("Variance")[i], variance, 1e-7, "variance");
            }
        }
    }

    [Fact]
    public void Fitting_finds_parameters_that_explain_better_and_which_coordinate_matters()
    {
        var random = new SeededRandom(3);
        double[][] points = [.. Enumerable.Range(0, 40).Select(_ => new[] { random.NextDouble(), random.NextDouble() })];
        double[] values = [.. points.Select(p => Math.Sin(7 * p[0]))];
        bool[] numbers = [false, false];
        double[] first = [Math.Log(0.5), Math.Log(0.5), 0, Math.Log(1e-3)];
        var fitted = GaussianProcess.Fit(points, values, numbers, 60);
        Assert.True(Likelihood(fitted) > Likelihood(first) + 5);
        Assert.True(fitted[1] > fitted[0] + 1, "The second coordinate changes nothing, so its length scale is long.");

        double Likelihood(double[] parameters) => GaussianProcess.TryMake(points, values, new MaternKernel(parameters, numbers))!.LogLikelihood;
    }

    [Fact]
    public void Expected_improvement_is_the_mean_of_what_is_gained() => Gen.Select(Gen.Double[-2, 2], Gen.Double[0.1, 2]).Sample((mean, deviation) =>
    {
        // The integral by the midpoint rule.
        var (sum, width) = (0.0, 1e-3);
        for (var z = -9.0; z < 9; z += width)
            sum += width * Math.Max(0, -(mean + deviation * (z + width / 2))) * Math.Exp(-(z + width / 2) * (z + width / 2) / 2) / Math.Sqrt(2 * Math.PI);
        if (sum > 1e-8)
            Assert.Equal(1, Math.Exp(ExpectedImprovement.Log(mean, deviation * deviation, 0)) / sum, 1e-3);
    }, iter: 30);

    [Fact]
    public void Far_above_the_best_expected_improvement_still_falls() =>
        Assert.True(ExpectedImprovement.Log(24, 1, 0) > ExpectedImprovement.Log(26, 1, 0) && ExpectedImprovement.Log(60, 1, 0) > ExpectedImprovement.Log(61, 1, 0));

    private static double[][] Rows(JsonElement matrix) => [.. matrix.EnumerateArray().Select(row => row.EnumerateArray().Select(x => x.GetDouble()).ToArray())];
}
