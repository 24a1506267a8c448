using Orrery.Kernel;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Predictors;

/// <summary>
/// Boosted trees, whoever trained them. A row's margin for an output is the sum of one leaf of each of that output's trees, in 64 bits
/// and in the order of the trees, plus the base score, rounded to 32 bits once. Immutable and thread-safe.
/// </summary>
public sealed class TreeEnsemble : IPredictor
{
    private readonly TreeScorer _scorer;

    /// <summary>Checks and keeps the trees.</summary>
    /// <param name="kind">What is predicted.</param>
    /// <param name="featureCount">Features a row.</param>
    /// <param name="outputCount">Margins a row: 1, or the number of classes for <see cref="PredictionKind.Multiclass"/>.</param>
    /// <param name="trees">Tree i adds to output <c>i mod outputCount</c>, as LightGBM and XGBoost order them.</param>
    /// <param name="options">What is rarely needed.</param>
    /// <exception cref="InvalidException">A tree is malformed.</exception>
    public TreeEnsemble(
        PredictionKind kind, int featureCount, int outputCount, IReadOnlyList<Tree> trees, TreeEnsembleOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(trees);
        ArgumentOutOfRangeException.ThrowIfLessThan(featureCount, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(outputCount, 1);
        options ??= new();
        if (kind != PredictionKind.Multiclass && outputCount != 1)
            throw new ArgumentException($"{kind} has one output, not {outputCount}.", nameof(outputCount));
        if (trees.Count % outputCount != 0)
            throw new InvalidException($"{trees.Count} trees do not make whole rounds of {outputCount} outputs.");
        for (var t = 0; t < trees.Count; t++)
        {
            if (trees[t].Problem(featureCount) is { } problem)
                throw new InvalidException($"Tree {t} is malformed: {problem}.");
        }

        (Kind, FeatureCount, OutputCount, Trees, Options) = (kind, featureCount, outputCount, trees, options);
        options.Check(this);
        _scorer = new(this);
    }

    /// <inheritdoc/>
    public PredictionKind Kind { get; }

    /// <inheritdoc/>
    public int FeatureCount { get; }

    /// <inheritdoc/>
    public int OutputCount { get; }

    /// <summary>The trees.</summary>
    public IReadOnlyList<Tree> Trees { get; }

    /// <summary>Base scores, the slope of the logistic function, features whose zero means missing.</summary>
    public TreeEnsembleOptions Options { get; }

    /// <summary>Reads LightGBM's text model (<c>Booster.save_model</c>, <c>LGBM_BoosterSaveModelToString</c>).</summary>
    /// <exception cref="InvalidException">It is not one, is cut short, or uses what cannot be kept exact: categorical splits, linear trees,
    /// averaging, another objective.</exception>
    public static TreeEnsemble FromLightGbm(string model) => LightGbm.LightGbmModelReader.Read(model);

    /// <inheritdoc/>
    /// <remarks>O(rows × trees × depth), on the calling thread; rows are independent, so callers may split them over threads.</remarks>
    public float[] Predict(FeatureMatrix features)
    {
        var margins = Margins(features);
        var predictions = new float[margins.Length];
        for (var row = 0; row < margins.Length; row += OutputCount)
            Link.Apply(Kind, Options.Sigmoid, margins.AsSpan(row, OutputCount), predictions.AsSpan(row, OutputCount));
        return predictions;
    }

    /// <summary>The margins (raw scores) before the link: row-major [rows × <see cref="OutputCount"/>].</summary>
    public float[] Margins(FeatureMatrix features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.Columns.Count != FeatureCount)
            throw new ArgumentException($"The model reads {FeatureCount} features, the matrix has "
                + $"{features.Columns.Count}.", nameof(features));
        var margins = new float[checked(features.Rows * OutputCount)];
        _scorer.Score(features.Values, margins);
        return margins;
    }

    /// <inheritdoc/>
    public string Emit(OnnxGraphBuilder graph, string features)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return Link.Emit(graph, Kind, Options.Sigmoid, TreeEnsembleEmitter.Emit(this, graph, features));
    }
}

/// <summary>What a tree ensemble rarely needs.</summary>
public sealed record TreeEnsembleOptions
{
    /// <summary>By output: added to the sum of the leaves; null for zero.</summary>
    public IReadOnlyList<double>? BaseScores { get; init; }

    /// <summary>
    /// The slope of the logistic function of <see cref="PredictionKind.Binary"/>: p = 1 ÷ (1 + e^(−sigmoid × margin)). Above 0.
    /// </summary>
    public double Sigmoid { get; init; } = 1;

    /// <summary>
    /// Features in which a value of at most <see cref="ZeroBound"/> in size counts as missing (LightGBM's <c>zero_as_missing</c>).
    /// </summary>
    public IReadOnlyList<int> ZeroIsMissing { get; init; } = [];

    /// <summary>LightGBM's kZeroThreshold, 1e-35 in 32 bits.</summary>
    public const float ZeroBound = 1e-35f;

    internal void Check(TreeEnsemble ensemble)
    {
        if (BaseScores is not null && (BaseScores.Count != ensemble.OutputCount || !BaseScores.All(double.IsFinite)))
            throw new InvalidException($"There must be {ensemble.OutputCount} finite base scores, one an output.");
        if (!double.IsFinite(Sigmoid) || Sigmoid <= 0)
            throw new InvalidException($"The slope of the logistic function must be finite and above 0, not {Sigmoid}.");
        if (ZeroIsMissing.Any(f => (uint)f >= (uint)ensemble.FeatureCount))
            throw new InvalidException($"A feature whose zero means missing is not among the {ensemble.FeatureCount} features.");
    }
}
