using Orrery.Kernel;

namespace Orrery.Language.Learning;

/// <summary>One training run: its size and what came of it.</summary>
/// <param name="Parameters">Parameters of the model.</param>
/// <param name="Tokens">Tokens that it was trained on.</param>
/// <param name="Loss">Its loss in the end, in nats a token; lower is better.</param>
public readonly record struct ScalingRun(double Parameters, double Tokens, double Loss);

/// <summary>
/// Loss as a function of size and data, L(N, D) = E + A / N^α + B / D^β, fitted as Hoffmann et al. did (arXiv 2203.15556, section 3.3 and appendix D.3): Huber loss of the logarithms, L-BFGS from a
/// grid of starts.
/// </summary>
/// <param name="Irreducible">E: what no model of any size gets below.</param>
/// <param name="A">Of the part that size removes.</param>
/// <param name="Alpha">Its exponent.</param>
/// <param name="B">Of the part that data removes.</param>
/// <param name="Beta">Its exponent.</param>
public sealed record ScalingLaw(double Irreducible, double A, double Alpha, double B, double Beta)
{
    // Appendix D.3: losses are nearly free of outliers, those that are there should not count.
    private const double HuberDelta = 1e-3;

    /// <summary>The fewest runs: five unknowns, and one that could disagree.</summary>
    public const int FewestRuns = 6;

    /// <summary>The loss that a run of this size is expected to reach.</summary>
    public double Predict(double parameters, double tokens) => Irreducible + A / Math.Pow(parameters, Alpha) + B / Math.Pow(tokens, Beta);

    /// <summary>The size and the data that reach the least loss for so many operations, 6 for each parameter and token (equation 4).</summary>
    public (double Parameters, double Tokens) Optimum(double flops)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(flops);
        var balance = Math.Pow(Alpha * A / (Beta * B), 1 / (Alpha + Beta));
        var parameters = balance * Math.Pow(flops / 6, Beta / (Alpha + Beta));
        return (parameters, flops / 6 / parameters);
    }

    /// <summary>Fits the law.</summary>
    /// <exception cref="InvalidException">There are too few runs, a figure is not positive, or all runs are of one size or of one length.</exception>
    public static ScalingLaw Fit(IReadOnlyList<ScalingRun> runs)
    {
        Check(runs);
        var best = (Place: Array.Empty<double>(), Value: double.PositiveInfinity);
        foreach (var start in Starts())
        {
            var found = Lbfgs.Minimize((place, gradient) => Objective(runs, place, gradient), start);
            if (found.Value < best.Value)
                best = found;
        }

        return Of(best.Place);
    }

    /// <summary>The law, and where its numbers lie in 80 % of fits to runs drawn again from these with replacement (as the paper's appendix does).</summary>
    /// <param name="runs">The runs.</param>
    /// <param name="resamples">How often to draw.</param>
    /// <param name="seed">Of the draws.</param>
    public static ScalingLawFit FitWithIntervals(IReadOnlyList<ScalingRun> runs, int resamples = 100, int seed = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(resamples, 10);
        var law = Fit(runs);
        double[] start = [Math.Log(law.A), Math.Log(law.B), Math.Log(law.Irreducible), law.Alpha, law.Beta];
        var random = new Random(seed);
        var laws = new List<ScalingLaw>();
        for (var attempt = 0; laws.Count < resamples && attempt < 20 * resamples; attempt++)
        {
            var drawn = Enumerable.Range(0, runs.Count).Select(_ => runs[random.Next(runs.Count)]).ToList();
            // A draw of one size says nothing about size.
            if (IsVaried(drawn))
                laws.Add(Of(Lbfgs.Minimize((place, gradient) => Objective(drawn, place, gradient), start).Place));
        }

        Interval Of80(Func<ScalingLaw, double> figure)
        {
            var sorted = laws.Select(figure).Order().ToList();
            return new(sorted[sorted.Count / 10], sorted[sorted.Count - 1 - sorted.Count / 10]);
        }

        return new(
            law, Of80(one => one.Irreducible), Of80(one => one.A), Of80(one => one.Alpha), Of80(one => one.B), Of80(one => one.Beta),
            Of80(one => one.Beta / (one.Alpha + one.Beta)));
    }

    private static ScalingLaw Of(double[] place) => new(Math.Exp(place[2]), Math.Exp(place[0]), place[3], Math.Exp(place[1]), place[4]);

    private static void Check(IReadOnlyList<ScalingRun> runs)
    {
        ArgumentNullException.ThrowIfNull(runs);
        if (runs.Count < FewestRuns)
            throw new InvalidException($"Expected {FewestRuns} runs at least, for the five numbers of the law, got {runs.Count}.");
        for (var i = 0; i < runs.Count; i++)
        {
            var (parameters, tokens, loss) = runs[i];
            if (!(double.IsFinite(parameters) && double.IsFinite(tokens) && double.IsFinite(loss) && parameters > 0 && tokens > 0 && loss > 0))
                throw new InvalidException(FormattableString.Invariant($"Run {i + 1} has {parameters} parameters, {tokens} tokens and loss {loss}: all must be positive numbers."));
        }

        if (!IsVaried(runs))
            throw new InvalidException("Expected runs of several sizes and several lengths: from one of either, its part of the loss cannot be told from what is left in the end.");
    }

    private static bool IsVaried(IReadOnlyList<ScalingRun> runs) => runs.DistinctBy(run => run.Parameters).Count() > 1 && runs.DistinctBy(run => run.Tokens).Count() > 1;

    /// <summary>A coarser grid than the paper's 4,500 starts: the same minimum was found from it on the test's laws.</summary>
    private static IEnumerable<double[]> Starts() =>
        from a in (double[])[0, 5, 10, 20]
        from b in (double[])[0, 5, 10, 20]
        from e in (double[])[-1, 0, 1]
        from alpha in (double[])[0.1, 0.5, 1]
        from beta in (double[])[0.1, 0.5, 1]
        select new[] { a, b, e, alpha, beta };

    /// <summary>Σ Huber(log L̂ − log L) over (log A, log B, log E, α, β), where log L̂ is a log-sum-exp of the three parts.</summary>
    private static double Objective(IReadOnlyList<ScalingRun> runs, double[] place, double[] gradient)
    {
        Array.Clear(gradient);
        var total = 0.0;
        foreach (var run in runs)
        {
            var (size, data) = (Math.Log(run.Parameters), Math.Log(run.Tokens));
            var (x, y, z) = (place[0] - place[3] * size, place[1] - place[4] * data, place[2]);
            var greatest = Math.Max(x, Math.Max(y, z));
            var (p, q, r) = (Math.Exp(x - greatest), Math.Exp(y - greatest), Math.Exp(z - greatest));
            var sum = p + q + r;
            var residual = greatest + Math.Log(sum) - Math.Log(run.Loss);
            total += Math.Abs(residual) <= HuberDelta ? residual * residual / 2 : HuberDelta * (Math.Abs(residual) - HuberDelta / 2);
            var slope = Math.Clamp(residual, -HuberDelta, HuberDelta) / sum;
            gradient[0] += slope * p;
            gradient[1] += slope * q;
            gradient[2] += slope * r;
            gradient[3] -= slope * p * size;
            gradient[4] -= slope * q * data;
        }

        return total;
    }
}

/// <summary>A law with 80 % bootstrap intervals of its numbers.</summary>
/// <param name="Law">The law.</param>
/// <param name="Irreducible">Of E.</param>
/// <param name="A">Of A.</param>
/// <param name="Alpha">Of α.</param>
/// <param name="B">Of B.</param>
/// <param name="Beta">Of β.</param>
/// <param name="SizeExponent">Of a = β / (α + β), by which the best size grows with the operations.</param>
public sealed record ScalingLawFit(ScalingLaw Law, Interval Irreducible, Interval A, Interval Alpha, Interval B, Interval Beta, Interval SizeExponent);

/// <summary>From … to.</summary>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct Interval(double Low, double High);
