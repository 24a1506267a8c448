using Orrery.Kernel;
using Orrery.Ledger.Models;
using Orrery.Preparation.Onnx;

namespace Orrery.Tests.Serving;

/// <summary>
/// A small model of lateness: probability = sigmoid(bias + hourWeight × hour + delay + (0.5 where origin is ATL)), and a label. Its inputs are one of each sort:
/// a text and a number that the caller sends, and a feature.
/// </summary>
internal sealed record TestModel(float Bias = -1, float HourWeight = 0.1f, float DelayWeight = 1)
{
    public const string FeatureService = "delays";

    /// <summary>Gives NaN, or fails, where the hour is above this.</summary>
    public float BreaksAbove { get; init; } = float.MaxValue;

    public bool BreaksByFailing { get; init; }

    public static IReadOnlyList<ModelField> Inputs { get; } =
    [
        new("origin", ModelFieldType.Text, [-1, 1], ModelFieldSource.Request),
        new("hour", ModelFieldType.Float32, [-1, 1], ModelFieldSource.Request),
        new("delay", ModelFieldType.Float32, [-1, 1], ModelFieldSource.Feature),
    ];

    public static IReadOnlyList<ModelField> Outputs { get; } = [new("probability", ModelFieldType.Float32, [-1]), new("label", ModelFieldType.Int64, [-1])];

    public static ModelManifest Manifest(Digest content) =>
        new(content, Inputs, Outputs, FeatureService, null, null, null, "test", new Dictionary<string, double>());

    /// <summary>What the graph computes, in double precision.</summary>
    public double Probability(string origin, double hour, double delay) =>
        1 / (1 + Math.Exp(-(Bias + HourWeight * hour + DelayWeight * delay + (origin == "ATL" ? 0.5 : 0))));

    public byte[] ToOnnx()
    {
        var graph = new OnnxGraphBuilder("lateness");
        var origin = graph.Input("origin", OnnxElementType.String, OnnxDimension.Rows, 1);
        var hour = graph.Input("hour", OnnxElementType.Float, OnnxDimension.Rows, 1);
        var delay = graph.Input("delay", OnnxElementType.Float, OnnxDimension.Rows, 1);
        var atlanta = graph.Node("Cast", [graph.Node("Equal", [origin, graph.Constant(["ATL"], 1)])], OnnxAttribute.Of("to", (long)OnnxElementType.Float));
        var sum = graph.Node("Add", [graph.Node("Mul", [hour, graph.Constant([HourWeight], 1)]), graph.Node("Mul", [delay, graph.Constant([DelayWeight], 1)])]);
        sum = graph.Node("Add", [sum, graph.Node("Mul", [atlanta, graph.Constant([0.5f], 1)])]);
        sum = graph.Node("Add", [sum, graph.Constant([Bias], 1)]);
        sum = Break(graph, sum, hour);
        var probability = graph.Node("Reshape", [graph.Node("Sigmoid", [sum]), graph.Constant([-1L], 1)]);
        graph.Output("probability", probability, OnnxElementType.Float, OnnxDimension.Rows);
        var late = graph.Node("GreaterOrEqual", [probability, graph.Constant([0.5f], 1)]);
        graph.Output("label", graph.Node("Cast", [late], OnnxAttribute.Of("to", (long)OnnxElementType.Int64)), OnnxElementType.Int64, OnnxDimension.Rows);
        return graph.Build();
    }

    private string Break(OnnxGraphBuilder graph, string sum, string hour)
    {
        if (BreaksAbove == float.MaxValue)
            return sum;
        var above = graph.Node("Greater", [hour, graph.Constant([BreaksAbove], 1)]);
        if (!BreaksByFailing)
            return graph.Node("Where", [above, graph.Constant([float.NaN], 1), sum]);
        // An index that is out of range: the runtime fails on it.
        var index = graph.Node("Mul", [graph.Node("Cast", [above], OnnxAttribute.Of("to", (long)OnnxElementType.Int64)), graph.Constant([7L], 1)]);
        return graph.Node("Add", [sum, graph.Node("Gather", [graph.Constant([0f], 1), index])]);
    }
}
