using Orrery.Preparation.Columns;

namespace Orrery.Preparation.Steps;

/// <summary>
/// A category's mean label, drawn towards the mean of all rows: (Σ label + smoothing × mean) ÷ (rows + smoothing). A missing or
/// unseen category is the mean of all. Takes texts or integers.
/// </summary>
/// <remarks>
/// In training a row would see its own label in its category's mean. So the training features
/// (<see cref="TransformSpec.FitTransform"/>) are encoded out of fold: rows are dealt into folds by the seed, and each row gets the
/// encoding learnt from the other folds. The fitted transform itself learns from all rows.
/// Source: D. Micci-Barreca, "A preprocessing scheme for high-cardinality categorical attributes", SIGKDD Explorations 3(1), 2001.
/// </remarks>
public sealed record TargetStep : StepSpec
{
    /// <summary>How many rows of the overall mean each category is given; 10 unless told.</summary>
    public double Smoothing { get; init; } = 10;

    /// <summary>The number of folds, 2 to 100; 5 unless told.</summary>
    public int Folds { get; init; } = 5;

    internal override Accepts Accepts => Accepts.Categories;

    internal override bool NeedsLabel => true;

    internal override IEnumerable<(string Option, string Problem)> Problems(ValueKind input)
    {
        if (!double.IsFinite(Smoothing) || Smoothing < 0)
            yield return ("smoothing", $"must be a finite number of rows, at least 0, not {Smoothing}");
        if (Folds is < 2 or > 100)
            yield return ("folds", $"must lie in [2, 100], not {Folds}");
    }

    internal override FittedStep Fit(FitInput input) => new FittedEncoding
    {
        Encodings = [.. input.Columns.Select((column, c) =>
        {
            var (known, positions) = Locate(column);
            if (known.Count == 0)
                throw input.AllMissing(c);
            var sums = new LabelSums(known.Count);
            for (var row = 0; row < positions.Length; row++)
                sums.Add(positions[row], input.Label![row]);
            return new FittedEncoding.Encoding(known, sums.Encode(Smoothing), (float)sums.Mean);
        })],
    };

    internal override Column[] TrainingOutput(FitInput input, ColumnPool pool)
    {
        var folds = new byte[input.Label!.Length];
        for (var row = 0; row < folds.Length; row++)
            folds[row] = (byte)(Chance.Mix(input.Seed, (ulong)row) % (ulong)Folds);
        return [.. input.Columns.Select(column => OutOfFold(column, input.Label, folds, pool))];
    }

    private NumberColumn OutOfFold(Column column, float[] label, byte[] folds, ColumnPool pool)
    {
        var (known, positions) = Locate(column);
        var sums = Enumerable.Range(0, Folds).Select(_ => new LabelSums(known.Count)).ToArray();
        for (var row = 0; row < positions.Length; row++)
            sums[folds[row]].Add(positions[row], label[row]);
        // The other folds are added up, not this one taken from the whole: what is subtracted leaves a trace in the last bits.
        var others = Enumerable.Range(0, Folds).Select(fold => LabelSums.Of(known.Count, sums.Where((_, f) => f != fold))).ToArray();
        var values = Array.ConvertAll(others, o => o.Encode(Smoothing));
        var encoded = pool.Numbers(column.Length);
        var to = encoded.Values;
        for (var row = 0; row < to.Length; row++)
            to[row] = positions[row] < 0 ? (float)others[folds[row]].Mean : values[folds[row]][positions[row]];
        return encoded;
    }

    private static (Categories Known, int[] Positions) Locate(Column column)
    {
        var known = CategoryCounts.Of(column).Categories;
        var positions = new int[column.Length];
        known.Locate(column, positions);
        return (known, positions);
    }

    /// <summary>Sums of labels by category over some of the rows.</summary>
    private sealed class LabelSums(int categories)
    {
        private readonly double[] _sums = new double[categories];
        private readonly long[] _rows = new long[categories];
        private double _sum;
        private long _count;

        /// <summary>Of all rows; 0 where there is none, as happens to the folds of a single training row.</summary>
        public double Mean => _count == 0 ? 0 : _sum / _count;

        public static LabelSums Of(int categories, IEnumerable<LabelSums> parts)
        {
            var whole = new LabelSums(categories);
            foreach (var part in parts)
            {
                whole._sum += part._sum;
                whole._count += part._count;
                for (var i = 0; i < categories; i++)
                {
                    whole._sums[i] += part._sums[i];
                    whole._rows[i] += part._rows[i];
                }
            }

            return whole;
        }

        /// <param name="category">The row's category, or −1.</param>
        /// <param name="label">The row's label.</param>
        public void Add(int category, float label)
        {
            _sum += label;
            _count++;
            if (category < 0)
                return;
            _sums[category] += label;
            _rows[category]++;
        }

        public float[] Encode(double smoothing) => [.. _sums.Select((sum, i) => _rows[i] + smoothing > 0
            ? (float)((sum + (smoothing * Mean)) / (_rows[i] + smoothing))
            : (float)Mean)];
    }
}
