using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>
/// Turns numbers into buckets: the number of edges that are not above the value, so bucket i is [edge i−1, edge i). Give either fixed
/// edges or a number of quantile buckets. Yields integers, which encoders and crosses take as categories; missing stays missing.
/// O(rows × log edges) in memory, O(rows × edges) in ONNX.
/// </summary>
public sealed record BucketizeStep : StepSpec
{
    /// <summary>The most edges a column may have.</summary>
    public const int MaxEdges = 1024;

    /// <summary>Rising edges.</summary>
    public IReadOnlyList<double>? Edges { get; init; }

    /// <summary>So many buckets of about equal size, 2 to 1,025; fewer where training values repeat.</summary>
    public int? Quantiles { get; init; }

    internal override Accepts Accepts => Accepts.Numbers;

    internal override ValueKind OutputKind(ValueKind input) => ValueKind.Integer;

    internal override IEnumerable<(string Option, string Problem)> Problems(ValueKind input)
    {
        if (Edges is null == Quantiles is null)
            yield return ("edges", "give either edges or quantiles");
        if (Quantiles is not (null or (>= 2 and <= MaxEdges + 1)))
            yield return ("quantiles", $"must lie in [2, {MaxEdges + 1}], not {Quantiles}");
        if (Edges is null)
            yield break;
        if (Edges.Count is 0 or > MaxEdges)
            yield return ("edges", $"needs 1 to {MaxEdges} edges, not {Edges.Count}");
        for (var i = 0; i < Edges.Count; i++)
        {
            if (!float.IsFinite((float)Edges[i]))
                yield return ($"edges[{i}]", $"must be a finite 32-bit number, not {Edges[i]}");
            else if (i > 0 && (float)Edges[i] <= (float)Edges[i - 1])
                yield return ($"edges[{i}]", $"edges must rise in 32 bits, but {Edges[i]} follows {Edges[i - 1]}");
        }
    }

    internal override FittedStep Fit(FitInput input) => new FittedBucketize
    {
        Edges = [.. Enumerable.Range(0, input.Columns.Count).Select(c => Edges?.Select(e => (float)e).ToArray() ?? Learn(input, c))],
    };

    private float[] Learn(FitInput input, int column)
    {
        var sorted = Statistics.Sorted(input.PresentNumbers(column));
        // An edge at the minimum would leave the bucket below it empty.
        return [.. Enumerable.Range(1, Quantiles!.Value - 1)
            .Select(i => (float)Statistics.Quantile(sorted, (double)i / Quantiles.Value))
            .Distinct()
            .Where(edge => edge > sorted[0])];
    }
}

/// <summary>ONNX: ReduceSum(x ≥ edges) as integers, exact.</summary>
internal sealed record FittedBucketize : FittedStep
{
    public required float[][] Edges { get; init; }

    public override bool Fits(int width, ValueKind kind) => Edges.Length == width;

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) => OneEach(step, inputs);

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var outputs = new Column[inputs.Count];
        for (var c = 0; c < outputs.Length; c++)
        {
            var buckets = pool.Integers(inputs[c].Length);
            var from = ((NumberColumn)inputs[c]).Values;
            var to = buckets.Values;
            var edges = Edges[c];
            for (var row = 0; row < from.Length; row++)
                to[row] = float.IsNaN(from[row]) ? Missing.Integer : Bucket(edges, from[row]);
            outputs[c] = buckets;
        }

        return outputs;
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input) =>
        OnnxBlock.OfSingles(ValueKind.Integer, [.. input.Singles(graph).Select((value, c) => Emit(graph, value, Edges[c]))]);

    private static string Emit(OnnxGraphBuilder graph, string value, float[] edges)
    {
        // A constant column has no edges, and ONNX knows no empty comparison that every runtime runs: nothing is ≥ NaN.
        var bounds = edges.Length > 0 ? graph.Constant(edges, 1, edges.Length) : graph.Constant([float.NaN], 1, 1);
        var reached = graph.Node(
            "Cast", [graph.Node("GreaterOrEqual", [value, bounds])], OnnxAttribute.Of("to", (long)OnnxElementType.Int64));
        var bucket = graph.Node("ReduceSum", [reached, graph.Constant([1L], 1)], OnnxAttribute.Of("keepdims", 1));
        return graph.Node("Where", [graph.Node("IsNaN", [value]), graph.Constant([Missing.Integer], 1), bucket]);
    }

    private static long Bucket(float[] edges, float value)
    {
        var (low, high) = (0, edges.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (value >= edges[middle])
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }
}
