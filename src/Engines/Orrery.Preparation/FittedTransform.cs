using Apache.Arrow;
using Orrery.Kernel;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation;

/// <summary>
/// What a transform learnt. Immutable and thread-safe. <see cref="Apply"/> and the graph of <see cref="Emit"/> give the same
/// float32 bits for the same rows, but for the operators whose documentation states a bound.
/// </summary>
public sealed class FittedTransform
{
    private readonly FittedGraph _graph;

    internal FittedTransform(FittedGraph graph) => _graph = graph;

    /// <summary>The declaration that was fitted.</summary>
    public TransformSpec Spec => _graph.Spec;

    /// <summary>The raw columns that it reads, and so the ONNX inputs, in order.</summary>
    public IReadOnlyList<ColumnSpec> Inputs => Spec.Columns;

    /// <summary>The names of the features, unique, in order.</summary>
    public IReadOnlyList<string> Features => _graph.Features;

    /// <summary>
    /// By feature: the names of the raw columns that it is made from, at least one, each once; by them attributions of features are summed
    /// up.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<string>> Sources => _graph.Sources;

    /// <summary>
    /// Transforms rows. O(cells); nothing is allocated a cell. Columns that are not declared are ignored.
    /// The matrix is the caller's to dispose.
    /// </summary>
    /// <exception cref="InvalidException">A column is absent, twice there, or of the wrong Arrow type.</exception>
    public FeatureMatrix Apply(RecordBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return _graph.Apply(batch);
    }

    /// <summary>
    /// Adds the inputs (each [N, 1], named as the raw columns) and the transform to an ONNX graph.
    /// </summary>
    /// <returns>The value that holds the features, float [N, <see cref="Features"/>].</returns>
    public string Emit(OnnxGraphBuilder graph)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return _graph.Emit(graph);
    }

    /// <summary>What was learnt, as UTF-8 JSON with a format version. The same fit gives the same bytes.</summary>
    public byte[] ToJson() => PreparationJson.Write(_graph);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="InvalidException">It is not a fitted transform, is damaged, or is of a newer format.</exception>
    public static FittedTransform FromJson(ReadOnlySpan<byte> utf8Json) => new(PreparationJson.ReadFitted(utf8Json));
}
