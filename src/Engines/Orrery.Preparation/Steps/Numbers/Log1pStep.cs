using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>
/// The natural logarithm of 1 + x, for counts and amounts with a long tail. Below −1 it is NaN, at −1 negative infinity.
/// Missing stays missing.
/// </summary>
/// <remarks>
/// Not bit-equal by design, as logarithms differ between mathematical libraries; it is computed in 64 bits and rounded once, so
/// memory and ONNX differ by at most one unit in the last place, and that only where the 64-bit results lie on both sides of a
/// rounding boundary (about once in 10⁸ values).
/// </remarks>
public sealed record Log1pStep : StepSpec
{
    internal override Accepts Accepts => Accepts.Numbers;

    internal override FittedStep Fit(FitInput input) => new FittedLog1p();
}

/// <summary>
/// With u = 1 + x rounded to 64 bits: ln u where u − 1 = x, else ln u − ((u − 1) − x) ÷ u, which gives back what rounding took
/// (W. Kahan's correction). The first branch also keeps infinity, where the correction would be ∞ − ∞.
/// </summary>
internal sealed record FittedLog1p : FittedStep
{
    public override bool Fits(int width, ValueKind kind) => true;

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) => OneEach(step, inputs);

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var outputs = new Column[inputs.Count];
        for (var c = 0; c < outputs.Length; c++)
        {
            var logs = pool.Numbers(inputs[c].Length);
            var from = ((NumberColumn)inputs[c]).Values;
            var to = logs.Values;
            for (var row = 0; row < from.Length; row++)
                to[row] = (float)Log1p(from[row]);
            outputs[c] = logs;
        }

        return outputs;
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        var x = graph.Node("Cast", [input.Packed(graph)], OnnxAttribute.Of("to", (long)OnnxElementType.Double));
        var one = graph.Constant([1.0], 1);
        var u = graph.Node("Add", [x, one]);
        var back = graph.Node("Sub", [u, one]);
        var log = graph.Node("Log", [u]);
        var correction = graph.Node("Div", [graph.Node("Sub", [back, x]), u]);
        var result = graph.Node("Where", [graph.Node("Equal", [back, x]), log, graph.Node("Sub", [log, correction])]);
        return OnnxBlock.OfPacked(
            ValueKind.Number, input.Width, graph.Node("Cast", [result], OnnxAttribute.Of("to", (long)OnnxElementType.Float)));
    }

    private static double Log1p(double x)
    {
        var u = x + 1;
        var back = u - 1;
        var log = Math.Log(u);
        return back == x ? log : log - ((back - x) / u);
    }
}
