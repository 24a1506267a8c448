using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Predictors;

/// <summary>A trained model over a row of features, which can score in memory and be written as ONNX. Immutable and thread-safe.</summary>
public interface IPredictor
{
    /// <summary>The number of features it reads, in the order of the training matrix.</summary>
    int FeatureCount { get; }

    /// <summary>What it predicts.</summary>
    PredictionKind Kind { get; }

    /// <summary>
    /// Numbers a row of <see cref="Predict"/>: the number of classes for <see cref="PredictionKind.Multiclass"/>, else 1.
    /// </summary>
    int OutputCount { get; }

    /// <summary>
    /// Predicts each row: the score, the probability of class 1, or the probability of each class; row-major
    /// [rows × <see cref="OutputCount"/>].
    /// </summary>
    /// <exception cref="ArgumentException">The matrix has another number of columns.</exception>
    float[] Predict(FeatureMatrix features);

    /// <summary>Adds the model to a graph.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="features">A float value [N, <see cref="FeatureCount"/>] of it.</param>
    /// <returns>
    /// The value that holds what <see cref="Predict"/> gives: float [N] for one output, else [N, <see cref="OutputCount"/>].
    /// </returns>
    string Emit(OnnxGraphBuilder graph, string features);
}

/// <summary>What a model predicts.</summary>
public enum PredictionKind
{
    /// <summary>A number: the score.</summary>
    Regression,
    /// <summary>The probability of class 1, the other being class 0.</summary>
    Binary,
    /// <summary>A probability for each of three or more classes (two are allowed).</summary>
    Multiclass,
}
