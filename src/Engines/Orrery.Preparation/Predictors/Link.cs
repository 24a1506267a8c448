using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Predictors;

/// <summary>
/// From margins (float32) to predictions (float32), through 64 bits and rounded once. Exponentials differ between mathematical libraries
/// in the last of 53 bits, so memory and ONNX agree but for values within that of a float32 rounding boundary: one unit in the last place,
/// rarely.
/// </summary>
internal static class Link
{
    /// <summary>Turns one row's margins into predictions. With <paramref name="sigmoid"/> the slope of the logistic function.</summary>
    public static void Apply(PredictionKind kind, double sigmoid, ReadOnlySpan<float> margins, Span<float> predictions)
    {
        switch (kind)
        {
            case PredictionKind.Regression: margins.CopyTo(predictions); break;
            case PredictionKind.Binary: predictions[0] = (float)(1 / (1 + Math.Exp(margins[0] * -sigmoid))); break;
            default: Softmax(margins, predictions); break;
        }
    }

    public static string Emit(OnnxGraphBuilder graph, PredictionKind kind, double sigmoid, string margins)
    {
        if (kind == PredictionKind.Regression)
            return Flat(graph, margins);
        var wide = graph.Node("Cast", [margins], OnnxAttribute.Of("to", (long)OnnxElementType.Double));
        if (kind == PredictionKind.Binary)
        {
            // Sigmoid would do in one node, but for negative margins ONNX Runtime computes it as 1 − 1/(1 + eˣ), which cancels.
            var one = graph.Constant([1.0], 1);
            var power = graph.Node("Exp", [graph.Node("Mul", [wide, graph.Constant([-sigmoid], 1)])]);
            return Flat(graph, Narrow(graph, graph.Node("Div", [one, graph.Node("Add", [power, one])])));
        }

        // Spelt out: the Softmax operator is free to sum in any order and precision.
        var largest = graph.Node("ReduceMax", [wide, graph.Constant([1L], 1)], OnnxAttribute.Of("keepdims", 1));
        var powers = graph.Node("Exp", [graph.Node("Sub", [wide, largest])]);
        var sum = graph.Node("ReduceSum", [powers, graph.Constant([1L], 1)], OnnxAttribute.Of("keepdims", 1));
        return Narrow(graph, graph.Node("Div", [powers, sum]));
    }

    private static void Softmax(ReadOnlySpan<float> margins, Span<float> predictions)
    {
        var largest = double.NegativeInfinity;
        foreach (var margin in margins)
            largest = Math.Max(largest, margin);
        var sum = 0.0;
        foreach (var margin in margins)
            sum += Math.Exp(margin - largest);
        for (var i = 0; i < margins.Length; i++)
            predictions[i] = (float)(Math.Exp(margins[i] - largest) / sum);
    }

    private static string Narrow(OnnxGraphBuilder graph, string value) =>
        graph.Node("Cast", [value], OnnxAttribute.Of("to", (long)OnnxElementType.Float));

    private static string Flat(OnnxGraphBuilder graph, string value) => graph.Node("Squeeze", [value, graph.Constant([1L], 1)]);
}
