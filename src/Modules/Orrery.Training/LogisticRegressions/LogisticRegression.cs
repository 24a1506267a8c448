namespace Orrery.Training.LogisticRegressions;

/// <summary>A fitted model: probability = 1 / (1 + exp(−(Σ coefficient × value + intercept))).</summary>
internal sealed record LogisticRegression(IReadOnlyList<double> Coefficients, double Intercept)
{
    /// <summary>The log-odds of every row of a row-major matrix.</summary>
    public double[] Raw(ReadOnlySpan<float> values)
    {
        var columns = Coefficients.Count;
        if (values.Length % columns != 0)
            throw new ArgumentException($"Expected a multiple of {columns} values, got {values.Length}.", nameof(values));
        var raw = new double[values.Length / columns];
        for (var row = 0; row < raw.Length; row++)
        {
            var sum = Intercept;
            var at = values.Slice(row * columns, columns);
            for (var column = 0; column < columns; column++)
                sum += Coefficients[column] * at[column];
            raw[row] = sum;
        }

        return raw;
    }

    /// <summary>The probability of class 1 for log-odds, without overflow on either side.</summary>
    public static double Probability(double raw)
    {
        if (raw >= 0)
            return 1 / (1 + Math.Exp(-raw));
        var odds = Math.Exp(raw);
        return odds / (1 + odds);
    }
}
