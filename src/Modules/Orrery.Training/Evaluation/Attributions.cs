using Orrery.Preparation;
using Orrery.Training.Learners;

namespace Orrery.Training.Evaluation;

/// <summary>
/// Sums SHAP values of features up to the raw inputs that the features are made from, the names that people know: all columns of a one-hot
/// encoding are one input. A feature of several inputs (a product, a cross) is shared out equally, which keeps the sum.
/// </summary>
internal sealed class Attributions
{
    private readonly IReadOnlyList<(int Input, double Share)>[] _shares;

    public Attributions(FittedTransform transform)
    {
        Inputs = [.. transform.Inputs.Select(i => i.Name)];
        var positions = Inputs.Index().ToDictionary(i => i.Item, i => i.Index, StringComparer.Ordinal);
        _shares = [.. transform.Sources.Select(IReadOnlyList<(int, double)> (sources) => [.. sources.Select(s => (positions[s], 1.0 / sources.Count))])];
    }

    /// <summary>The raw inputs, in the order of the values of <see cref="Row.Values"/>.</summary>
    public IReadOnlyList<string> Inputs { get; }

    /// <summary>The attributions of one row.</summary>
    /// <param name="Values">One an input.</param>
    /// <param name="Base">The expected raw score.</param>
    public sealed record Row(double[] Values, double Base)
    {
        /// <summary>The raw score that they explain.</summary>
        public double Sum => Values.Sum() + Base;
    }

    /// <summary>Explains every row of a row-major matrix of features.</summary>
    public Row[] Explain(INativeModel model, ReadOnlySpan<float> features)
    {
        var contributions = model.Contributions(features);
        var width = _shares.Length + 1;
        var rows = new Row[contributions.Length / width];
        for (var row = 0; row < rows.Length; row++)
        {
            var from = contributions.AsSpan(row * width, width);
            var values = new double[Inputs.Count];
            for (var feature = 0; feature < _shares.Length; feature++)
            {
                foreach (var (input, share) in _shares[feature])
                    values[input] += from[feature] * share;
            }

            rows[row] = new(values, from[^1]);
        }

        return rows;
    }
}
