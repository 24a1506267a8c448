using System.Text.Json.Serialization;

namespace Orrery.Training.Trainers;

/// <summary>What learns, with its parameters. Written with a <c>type</c>: <c>lightgbm</c> or <c>logistic-regression</c>.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(LightGbmSpec), LightGbmSpec.Name)]
[JsonDerivedType(typeof(LogisticRegressionSpec), LogisticRegressionSpec.Name)]
public abstract record LearnerSpec
{
    /// <summary>The type as it is written.</summary>
    [JsonIgnore]
    public abstract string Type { get; }

    /// <summary>How many rounds a training has at most.</summary>
    internal abstract int Rounds { get; }

    /// <summary>What is wrong with the parameters, by name.</summary>
    internal abstract IEnumerable<(string Parameter, string Problem)> Problems();

    private protected static IEnumerable<(string, string)> Unless(bool holds, string parameter, string expected, double received) =>
        holds ? [] : [(parameter, FormattableString.Invariant($"expected {expected}, got {received}"))];
}

/// <summary>Gradient-boosted trees by LightGBM. The parameters are LightGBM's own, in camel case; see its documentation.</summary>
/// <param name="NumIterations">Trees at most.</param>
/// <param name="LearningRate">How much of each tree is taken.</param>
/// <param name="NumLeaves">Leaves of a tree at most.</param>
/// <param name="MaxDepth">Depth of a tree at most; −1 is any.</param>
/// <param name="MinDataInLeaf">Rows of a leaf at least.</param>
/// <param name="MinSumHessianInLeaf">Weight of a leaf at least.</param>
/// <param name="MinGainToSplit">What a split must gain.</param>
/// <param name="LambdaL1">L1 penalty of leaves.</param>
/// <param name="LambdaL2">L2 penalty of leaves.</param>
/// <param name="FeatureFraction">Share of columns that a tree sees.</param>
/// <param name="BaggingFraction">Share of rows that a tree sees.</param>
/// <param name="BaggingFreq">New rows are drawn every so many trees; 0 draws none.</param>
/// <param name="ScalePosWeight">Weight of positive rows.</param>
/// <param name="MaxBin">Bins of a column at most.</param>
/// <param name="EarlyStoppingRounds">Stop after so many trees without a better validation metric; 0 trains all.</param>
public sealed record LightGbmSpec(
    int NumIterations = 200, double LearningRate = 0.1, int NumLeaves = 31, int MaxDepth = -1, int MinDataInLeaf = 20,
    double MinSumHessianInLeaf = 1e-3, double MinGainToSplit = 0, double LambdaL1 = 0, double LambdaL2 = 0, double FeatureFraction = 1,
    double BaggingFraction = 1, int BaggingFreq = 1, double ScalePosWeight = 1, int MaxBin = 255, int EarlyStoppingRounds = 20) : LearnerSpec
{
    /// <summary>The type as it is written.</summary>
    public const string Name = "lightgbm";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => Name;

    internal override int Rounds => NumIterations;

    internal override IEnumerable<(string Parameter, string Problem)> Problems() =>
    [
        .. Unless(NumIterations is >= 1 and <= 100_000, "numIterations", "1 to 100000", NumIterations),
        .. Unless(LearningRate is > 0 and <= 10, "learningRate", "above 0, to 10", LearningRate),
        .. Unless(NumLeaves is >= 2 and <= 131_072, "numLeaves", "2 to 131072", NumLeaves),
        .. Unless(MaxDepth is -1 or (>= 1 and <= 1_000), "maxDepth", "-1, or 1 to 1000", MaxDepth),
        .. Unless(MinDataInLeaf >= 0, "minDataInLeaf", "0 or more", MinDataInLeaf),
        .. Unless(MinSumHessianInLeaf >= 0, "minSumHessianInLeaf", "0 or more", MinSumHessianInLeaf),
        .. Unless(MinGainToSplit >= 0, "minGainToSplit", "0 or more", MinGainToSplit),
        .. Unless(LambdaL1 >= 0, "lambdaL1", "0 or more", LambdaL1),
        .. Unless(LambdaL2 >= 0, "lambdaL2", "0 or more", LambdaL2),
        .. Unless(FeatureFraction is > 0 and <= 1, "featureFraction", "above 0, to 1", FeatureFraction),
        .. Unless(BaggingFraction is > 0 and <= 1, "baggingFraction", "above 0, to 1", BaggingFraction),
        .. Unless(BaggingFreq >= 0, "baggingFreq", "0 or more", BaggingFreq),
        .. Unless(ScalePosWeight > 0, "scalePosWeight", "above 0", ScalePosWeight),
        .. Unless(MaxBin is >= 2 and <= 65_535, "maxBin", "2 to 65535", MaxBin),
        .. Unless(EarlyStoppingRounds >= 0, "earlyStoppingRounds", "0 or more", EarlyStoppingRounds),
    ];
}

/// <summary>Logistic regression with an L2 penalty. Its features must have no missing values: impute them.</summary>
/// <param name="L2">Minimised is Σ log-loss + l2 / 2 · ‖coefficients‖²; scikit-learn's C is 1 / l2. Above 0.</param>
public sealed record LogisticRegressionSpec(double L2 = 1) : LearnerSpec
{
    /// <summary>The type as it is written.</summary>
    public const string Name = "logistic-regression";

    /// <inheritdoc/>
    [JsonIgnore]
    public override string Type => Name;

    internal override int Rounds => 1;

    internal override IEnumerable<(string Parameter, string Problem)> Problems() => Unless(L2 > 0 && double.IsFinite(L2), "l2", "above 0", L2);
}
