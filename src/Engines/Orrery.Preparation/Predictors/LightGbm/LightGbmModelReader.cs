using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Preparation.Predictors.LightGbm;

/// <summary>
/// Reads LightGBM's text model, version 4 (and 3, which is the same for trees): a header of key=value lines, a block for each tree,
/// then <c>end of trees</c>. Keys that tell nothing of the prediction (gains, counts, parameters) are passed over.
/// </summary>
/// <remarks>Format: LightGBM's GBDT::SaveModelToString and Tree::ToString; decision_type bits and missing types from its tree.h.</remarks>
internal static class LightGbmModelReader
{
    // A model may come from anyone: these bound what its header alone can make us allocate.
    private const int MaxFeatures = 1 << 20;
    private const int MaxClasses = 1 << 16;

    public static TreeEnsemble Read(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var lines = model.ReplaceLineEndings("\n").Split('\n');
        if (lines[0].Trim() != "tree")
            throw new InvalidException("Not a LightGBM text model: its first line must be 'tree'.");
        var blocks = Blocks(lines);
        var header = blocks[0];
        if (header.Text("version") is not ("v3" or "v4"))
            throw new InvalidException($"The LightGBM model has version '{header.Text("version")}'; v3 and v4 can be read.");
        if (header.Has("average_output"))
            throw new InvalidException("The LightGBM model is a random forest, which averages its trees; only boosted trees, which "
                + "add, can be read.");
        var (kind, sigmoid) = Objective(header);
        var outputs = Bounded(header, "num_tree_per_iteration", 1, kind == PredictionKind.Multiclass ? MaxClasses : 1);
        var features = Bounded(header, "max_feature_idx", 0, MaxFeatures - 1) + 1;
        var trees = new List<Tree>();
        var zeroFeatures = new MissingTypes(features);
        foreach (var block in blocks.Skip(1))
            trees.Add(LightGbmTreeReader.Read(block, zeroFeatures));
        return new(kind, features, outputs, trees, new() { Sigmoid = sigmoid, ZeroIsMissing = zeroFeatures.ZeroIsMissing });
    }

    private static int Bounded(LightGbmBlock header, string key, int min, int max) =>
        header.Int(key) is var value && value >= min && value <= max
        ? value
        : throw new InvalidException($"The LightGBM model has {key}={value}; expected {min} to {max}.");

    private static List<LightGbmBlock> Blocks(string[] lines)
    {
        var blocks = new List<LightGbmBlock> { new("header") };
        foreach (var line in lines.Skip(1))
        {
            if (line.StartsWith("end of trees", StringComparison.Ordinal))
                return blocks;
            if (line.StartsWith("Tree=", StringComparison.Ordinal))
                blocks.Add(new("tree " + line["Tree=".Length..]));
            else if (line.Length > 0)
                blocks[^1].Add(line);
        }

        throw new InvalidException("The LightGBM model is cut short: there is no line 'end of trees'.");
    }

    private static (PredictionKind Kind, double Sigmoid) Objective(LightGbmBlock header)
    {
        var words = header.Text("objective").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var name = words.Length > 0 ? words[0] : "";
        if (words.Contains("sqrt"))
            throw new InvalidException("The LightGBM model was trained with reg_sqrt, which squares its output; train without it.");
        return name switch
        {
            "regression" or "regression_l1" or "huber" or "fair" or "quantile" or "mape" => (PredictionKind.Regression, 1),
            "binary" => (PredictionKind.Binary, Option(words, "sigmoid", 1)),
            "multiclass" => (PredictionKind.Multiclass, 1),
            _ => throw new InvalidException(
                $"The LightGBM model has the objective '{name}'; binary, multiclass, regression, regression_l1, huber, fair, quantile "
                    + $"and mape can be read."),
        };
    }

    private static double Option(string[] words, string name, double otherwise) =>
        words.FirstOrDefault(w => w.StartsWith(name + ":", StringComparison.Ordinal)) is { } word
        && double.TryParse(word[(name.Length + 1)..], NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            ? value
            : otherwise;
}
