using Orrery.Kernel;

namespace Orrery.Preparation.Predictors.LightGbm;

/// <summary>One tree of a LightGBM text model.</summary>
internal static class LightGbmTreeReader
{
    // decision_type, bit by bit: 0 categorical, 1 missing goes left, 2–3 what counts as missing.
    private const int CategoricalBit = 1;
    private const int DefaultLeftBit = 2;
    private const int MissingShift = 2;
    private const int MissingMask = 3;

    public static Tree Read(LightGbmBlock block, MissingTypes missing)
    {
        if (block.Has("is_linear") && block.Int("is_linear") != 0)
            throw new InvalidException($"The LightGBM model's {block.Name} has linear leaves (linear_tree), which ONNX trees cannot "
                + $"hold; train with linear_tree=false.");
        var leaves = block.Int("num_leaves");
        var inner = Math.Max(0, leaves - 1);
        var features = block.Ints("split_feature", inner);
        var thresholds = block.Doubles("threshold", inner);
        var decisions = block.Ints("decision_type", inner);
        var defaultLeft = new bool[inner];
        for (var i = 0; i < inner; i++)
        {
            if ((decisions[i] & CategoricalBit) != 0)
            {
                throw new InvalidException(
                    $"The LightGBM model's {block.Name} splits on categories (feature {features[i]}), which this reader does not take; "
                    + "encode categories in the transform and train without categorical_feature.");
            }

            var type = (MissingType)((decisions[i] >> MissingShift) & MissingMask);
            missing.Note(features[i], type);
            // Where nothing counts as missing, LightGBM reads NaN as 0, which takes a side of its own accord.
            defaultLeft[i] = type == MissingType.None ? thresholds[i] >= 0 : (decisions[i] & DefaultLeftBit) != 0;
        }

        return new()
        {
            Feature = features,
            Threshold = Array.ConvertAll(thresholds, Threshold),
            DefaultLeft = defaultLeft,
            Left = block.Ints("left_child", inner),
            Right = block.Ints("right_child", inner),
            Leaf = block.Doubles("leaf_value", leaves),
        };
    }

    /// <summary>
    /// LightGBM reads a value of at most 1e-35 in size as 0 before it compares, so all of those must fall on the side of 0. (Its
    /// thresholds beside the bin of zero are ±1e-35 itself.)
    /// </summary>
    private static float Threshold(double threshold)
    {
        const float zero = TreeEnsembleOptions.ZeroBound;
        return Math.Abs(threshold) > zero ? Tree.RoundDown(threshold)
            : threshold >= 0 ? zero
            : MathF.BitDecrement(-zero);
    }
}

/// <summary>What LightGBM counts as missing in a feature.</summary>
internal enum MissingType
{
    None = 0,
    Zero = 1,
    NaN = 2,
}

/// <summary>
/// Watches that a feature whose zero means missing is one everywhere: LightGBM decides that by feature, and so does the ensemble.
/// None and NaN may mix, as the side of a missing value is kept node by node.
/// </summary>
internal sealed class MissingTypes(int features)
{
    private readonly bool?[] _zero = new bool?[features];

    public IReadOnlyList<int> ZeroIsMissing => [.. Enumerable.Range(0, _zero.Length).Where(f => _zero[f] == true)];

    public void Note(int feature, MissingType type)
    {
        if ((uint)feature >= (uint)_zero.Length)
            throw new InvalidException($"The LightGBM model splits on feature {feature}, but has {_zero.Length} features.");
        var zero = type == MissingType.Zero;
        if ((_zero[feature] ??= zero) != zero)
            throw new InvalidException($"The LightGBM model reads zero as missing in some trees but not in others (feature "
                + $"{feature}); train all trees with one zero_as_missing.");
    }
}
