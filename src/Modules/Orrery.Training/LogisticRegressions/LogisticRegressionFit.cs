using Orrery.Kernel;

namespace Orrery.Training.LogisticRegressions;

/// <summary>
/// Minimises Σ log-loss + l2 / 2 · ‖coefficients‖² by Newton's method, which for this loss is iteratively reweighted least squares
/// (Bishop 2006, section 4.3.3), with step halving. The intercept is not penalised, as in scikit-learn, whose C is 1 / l2. One thread, rows in
/// their order: the same input gives the same bits.
/// </summary>
/// <remarks>
/// O(rows × non-zero values of a row²) an iteration, so that one-hot columns cost little; fewer than ten iterations are usual. The Hessian
/// holds columns² doubles: hence the bound on columns.
/// </remarks>
internal static class LogisticRegressionFit
{
    public const int MaxColumns = 2_000;
    private const int MaxIterations = 100;
    private const int MaxHalvings = 40;

    // Relative to the rows: the gradient is a sum over them. Coefficients then agree with scikit-learn's to better than 1e-6.
    private const double GradientTolerance = 1e-11;

    public static LogisticRegression Fit(
        ReadOnlySpan<float> values, IReadOnlyList<string> names, ReadOnlySpan<float> label, double l2, CancellationToken cancellationToken = default)
    {
        var columns = names.Count;
        Check(values, names, label, l2);
        var weights = new double[columns + 1]; // the intercept is last
        weights[columns] = LogOdds(label);
        var loss = Loss(values, label, weights, l2);
        var gradient = new double[columns + 1];
        var hessian = new double[(columns + 1) * (columns + 1)];
        for (var iteration = 0; iteration < MaxIterations; iteration++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Differentiate(values, label, weights, l2, gradient, hessian);
            if (gradient.Max(Math.Abs) <= GradientTolerance * label.Length)
                return new(weights[..columns], weights[columns]);
            var step = Cholesky.Solve(hessian, gradient);
            var (next, nextLoss) = Advance(values, label, weights, step, loss, l2);
            if (ReferenceEquals(next, weights)) // no step makes the loss smaller in 64 bits: this is the minimum
                return new(weights[..columns], weights[columns]);
            (weights, loss) = (next, nextLoss);
        }

        throw new InvalidException(
            $"Logistic regression did not converge in {MaxIterations} iterations. Scale the columns, or raise l2 above {l2}.");
    }

    private static (double[] Weights, double Loss) Advance(
        ReadOnlySpan<float> values, ReadOnlySpan<float> label, double[] weights, double[] step, double loss, double l2)
    {
        var scale = 1.0;
        for (var halving = 0; halving < MaxHalvings; halving++, scale /= 2)
        {
            var candidate = new double[weights.Length];
            for (var i = 0; i < weights.Length; i++)
                candidate[i] = weights[i] - scale * step[i];
            var candidateLoss = Loss(values, label, candidate, l2);
            if (candidateLoss < loss)
                return (candidate, candidateLoss);
        }

        return (weights, loss);
    }

    private static double Loss(ReadOnlySpan<float> values, ReadOnlySpan<float> label, double[] weights, double l2)
    {
        var columns = weights.Length - 1;
        var loss = 0.0;
        for (var column = 0; column < columns; column++)
            loss += l2 / 2 * weights[column] * weights[column];
        for (var row = 0; row < label.Length; row++)
        {
            var raw = Raw(values.Slice(row * columns, columns), weights);
            // log(1 + exp(raw)) − label × raw, with the exponent kept negative
            loss += Math.Max(raw, 0) + Math.Log(1 + Math.Exp(-Math.Abs(raw))) - label[row] * raw;
        }

        return loss;
    }

    private static void Differentiate(
        ReadOnlySpan<float> values, ReadOnlySpan<float> label, double[] weights, double l2, double[] gradient, double[] hessian)
    {
        var columns = weights.Length - 1;
        var width = weights.Length;
        Array.Clear(gradient);
        Array.Clear(hessian);
        var present = new int[width];
        var held = new double[width];
        for (var row = 0; row < label.Length; row++)
        {
            var at = values.Slice(row * columns, columns);
            var count = 0;
            var raw = weights[columns];
            for (var column = 0; column < columns; column++)
            {
                if (at[column] == 0)
                    continue;
                raw += weights[column] * at[column];
                (present[count], held[count++]) = (column, at[column]);
            }

            (present[count], held[count++]) = (columns, 1);
            var probability = LogisticRegression.Probability(raw);
            var error = probability - label[row];
            var curvature = probability * (1 - probability);
            for (var i = 0; i < count; i++)
            {
                gradient[present[i]] += error * held[i];
                var scaled = curvature * held[i];
                var line = present[i] * width;
                for (var j = 0; j <= i; j++) // the lower triangle
                    hessian[line + present[j]] += scaled * held[j];
            }
        }

        for (var column = 0; column < columns; column++)
        {
            gradient[column] += l2 * weights[column];
            hessian[column * width + column] += l2;
        }
    }

    private static double Raw(ReadOnlySpan<float> row, double[] weights)
    {
        var raw = weights[row.Length];
        for (var column = 0; column < row.Length; column++)
            raw += weights[column] * row[column];
        return raw;
    }

    private static double LogOdds(ReadOnlySpan<float> label)
    {
        var positives = 0L;
        foreach (var value in label)
            positives += value > 0 ? 1 : 0;
        return Math.Log((double)positives / (label.Length - positives));
    }

    private static void Check(ReadOnlySpan<float> values, IReadOnlyList<string> names, ReadOnlySpan<float> label, double l2)
    {
        if (!(l2 > 0) || double.IsInfinity(l2))
            throw new InvalidException($"l2 must be above 0, or a column that separates the classes has no finite coefficient; got {l2}.");
        if (names.Count is 0 or > MaxColumns)
            throw new InvalidException($"Logistic regression takes 1 to {MaxColumns} columns; the transform gives {names.Count}.");
        if (values.Length != (long)label.Length * names.Count)
            throw new ArgumentException($"Expected {label.Length} × {names.Count} values, got {values.Length}.", nameof(values));
        for (var i = 0; i < values.Length; i++)
        {
            if (!float.IsFinite(values[i]))
            {
                throw new InvalidException(
                    $"Column '{names[i % names.Count]}' holds {values[i]} in row {i / names.Count}: logistic regression takes no missing values. "
                    + "Add an impute step to its transform.");
            }
        }

        var positive = label.Contains(1f);
        if (!positive || !label.Contains(0f))
            throw new InvalidException($"Every label is {(positive ? 1 : 0)}: there is nothing to tell apart.");
    }
}
