using Orrery.Kernel;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Predictors;

/// <summary>
/// A linear model: margin = Σ weight × feature + intercept, in 64 bits, then the identity, the logistic function or softmax.
/// A missing feature makes the prediction NaN: impute in the transform. Immutable and thread-safe.
/// </summary>
/// <remarks>
/// Products of two 32-bit numbers are exact in 64 bits, but a runtime may add them in any order; so memory and ONNX agree to
/// features × 2⁻⁵² × Σ |weight × feature| before the margin is rounded to 32 bits, which as a rule is to the bit.
/// </remarks>
public sealed class LinearModel : IPredictor
{
    private readonly float[] _weights; // (outputs, features)
    private readonly float[] _intercepts;

    /// <summary>Checks and keeps the weights.</summary>
    /// <param name="kind">What is predicted.</param>
    /// <param name="weights">By output, one a feature. One output but for <see cref="PredictionKind.Multiclass"/>.</param>
    /// <param name="intercepts">One an output.</param>
    /// <exception cref="InvalidException">A weight is not finite.</exception>
    public LinearModel(PredictionKind kind, IReadOnlyList<IReadOnlyList<float>> weights, IReadOnlyList<float> intercepts)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentNullException.ThrowIfNull(intercepts);
        if (weights.Count == 0 || weights[0].Count == 0 || weights.Any(w => w.Count != weights[0].Count))
            throw new ArgumentException("There must be weights for one output at least, and equally many for each.", nameof(weights));
        if (intercepts.Count != weights.Count)
            throw new ArgumentException($"{weights.Count} outputs need as many intercepts, not {intercepts.Count}.", nameof(intercepts));
        if (kind != PredictionKind.Multiclass && weights.Count != 1)
            throw new ArgumentException($"{kind} has one output, not {weights.Count}.", nameof(weights));
        _weights = [.. weights.SelectMany(w => w)];
        _intercepts = [.. intercepts];
        if (!_weights.Concat(_intercepts).All(float.IsFinite))
            throw new InvalidException("A weight of the linear model is not finite: the training diverged. Scale the features, or "
                + "lower the learning rate.");
        (Kind, FeatureCount, OutputCount) = (kind, weights[0].Count, weights.Count);
    }

    /// <inheritdoc/>
    public PredictionKind Kind { get; }

    /// <inheritdoc/>
    public int FeatureCount { get; }

    /// <inheritdoc/>
    public int OutputCount { get; }

    /// <summary>The weights of an output, one a feature.</summary>
    public IReadOnlyList<float> Weights(int output) => new ArraySegment<float>(_weights, output * FeatureCount, FeatureCount);

    /// <summary>The intercepts, one an output.</summary>
    public IReadOnlyList<float> Intercepts => _intercepts;

    /// <inheritdoc/>
    /// <remarks>O(rows × features × outputs).</remarks>
    public float[] Predict(FeatureMatrix features)
    {
        var margins = Margins(features);
        var predictions = new float[margins.Length];
        for (var row = 0; row < margins.Length; row += OutputCount)
            Link.Apply(Kind, 1, margins.AsSpan(row, OutputCount), predictions.AsSpan(row, OutputCount));
        return predictions;
    }

    /// <summary>The margins before the link: row-major [rows × <see cref="OutputCount"/>].</summary>
    public float[] Margins(FeatureMatrix features)
    {
        ArgumentNullException.ThrowIfNull(features);
        if (features.Columns.Count != FeatureCount)
            throw new ArgumentException($"The model reads {FeatureCount} features, the matrix has "
                + $"{features.Columns.Count}.", nameof(features));
        var margins = new float[checked(features.Rows * OutputCount)];
        for (var i = 0; i < margins.Length; i++)
        {
            var row = features.Row(i / OutputCount);
            var weights = _weights.AsSpan(i % OutputCount * FeatureCount, FeatureCount);
            var sum = 0.0;
            for (var f = 0; f < row.Length; f++)
                sum += (double)row[f] * weights[f];
            margins[i] = (float)(sum + _intercepts[i % OutputCount]);
        }

        return margins;
    }

    /// <inheritdoc/>
    public string Emit(OnnxGraphBuilder graph, string features)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var transposed = new double[_weights.Length]; // (features, outputs), as MatMul wants it
        for (var i = 0; i < _weights.Length; i++)
            transposed[(i % FeatureCount * OutputCount) + (i / FeatureCount)] = _weights[i];
        var wide = graph.Node("Cast", [features], OnnxAttribute.Of("to", (long)OnnxElementType.Double));
        var sums = graph.Node("MatMul", [wide, graph.Constant(transposed, FeatureCount, OutputCount)]);
        var intercepts = graph.Constant(_intercepts.Select(b => (double)b).ToArray(), OutputCount);
        var margins = graph.Node("Cast", [graph.Node("Add", [sums, intercepts])], OnnxAttribute.Of("to", (long)OnnxElementType.Float));
        return Link.Emit(graph, Kind, 1, margins);
    }
}
