using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>
/// A number for each category, and one for everything else: what ordinal, frequency and target encoding learn. ONNX: LabelEncoder.
/// </summary>
internal sealed record FittedEncoding : FittedStep
{
    public required Encoding[] Encodings { get; init; }

    public override bool Fits(int width, ValueKind kind) =>
        Encodings.Length == width && Encodings.All(e => e.Categories.AreOf(kind) && e.Values.Length == e.Categories.Count);

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) => OneEach(step, inputs);

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var outputs = new Column[inputs.Count];
        for (var c = 0; c < outputs.Length; c++)
        {
            var positions = pool.Ints(inputs[c].Length).Span;
            Encodings[c].Categories.Locate(inputs[c], positions);
            var encoded = pool.Numbers(inputs[c].Length);
            var to = encoded.Values;
            var values = Encodings[c].Values;
            var otherwise = Encodings[c].Otherwise;
            for (var row = 0; row < to.Length; row++)
                to[row] = positions[row] < 0 ? otherwise : values[positions[row]];
            outputs[c] = encoded;
        }

        return outputs;
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input) => OnnxBlock.OfSingles(
        ValueKind.Number,
        [.. input.Singles(graph).Zip(Encodings, (value, e) => e.Categories.EmitLookup(graph, value, e.Values, e.Otherwise))]);

    /// <param name="Categories">The known categories.</param>
    /// <param name="Values">The number of each.</param>
    /// <param name="Otherwise">The number of a missing or unknown one.</param>
    internal sealed record Encoding(Categories Categories, float[] Values, float Otherwise);
}
