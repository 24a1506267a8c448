using System.Text.Json.Serialization;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>Which products of two columns are made.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<InteractionKind>))]
public enum InteractionKind
{
    /// <summary>Of each two different columns.</summary>
    Products,
    /// <summary>Of each two columns and of each with itself.</summary>
    ProductsAndSquares,
}

/// <summary>
/// Degree-2 products of its input columns: k columns yield k(k−1)/2 products, or k(k+1)/2 with squares.
/// Missing times anything is missing.
/// </summary>
public sealed record InteractionsStep : StepSpec
{
    /// <summary>The most columns it takes: 64 yield 2,080 products.</summary>
    public const int MaxColumns = 64;

    /// <summary>Which products; those of different columns unless told.</summary>
    public InteractionKind Kind { get; init; } = InteractionKind.Products;

    internal override Accepts Accepts => Accepts.Numbers;

    internal override FittedStep Fit(FitInput input)
    {
        var width = input.Columns.Count;
        var first = Kind == InteractionKind.Products ? 1 : 0;
        if (width > MaxColumns || width < 1 + first)
            throw new Kernel.InvalidException(
                $"Step '{input.Step}' multiplies {1 + first} to {MaxColumns} columns, but its inputs yield {width}.");
        var pairs = (from i in Enumerable.Range(0, width) from j in Enumerable.Range(i + first, width - i - first) select (i, j)).ToList();
        return new FittedInteractions { Left = [.. pairs.Select(p => p.i)], Right = [.. pairs.Select(p => p.j)] };
    }
}

/// <summary>ONNX: Mul(Gather(x, left), Gather(x, right)).</summary>
internal sealed record FittedInteractions : FittedStep
{
    public required int[] Left { get; init; }

    public required int[] Right { get; init; }

    public override bool Fits(int width, ValueKind kind) => Left.Length == Right.Length && Left.Concat(Right).All(p => p >= 0 && p < width);

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) =>
        [.. Left.Select((left, p) => $"{step}.{inputs[left]}*{inputs[Right[p]]}")];

    public override IReadOnlyList<IReadOnlyList<int>> Origins(int inputs) => [.. Left.Select(IReadOnlyList<int> (left, p) => [left, Right[p]])];

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var outputs = new Column[Left.Length];
        for (var p = 0; p < outputs.Length; p++)
        {
            var products = pool.Numbers(inputs[0].Length);
            var left = ((NumberColumn)inputs[Left[p]]).Values;
            var right = ((NumberColumn)inputs[Right[p]]).Values;
            var to = products.Values;
            for (var row = 0; row < to.Length; row++)
                to[row] = left[row] * right[row];
            outputs[p] = products;
        }

        return outputs;
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        var value = input.Packed(graph);
        var left = Pick(graph, value, Left);
        return OnnxBlock.OfPacked(ValueKind.Number, Left.Length, graph.Node("Mul", [left, Pick(graph, value, Right)]));
    }

    private static string Pick(OnnxGraphBuilder graph, string value, int[] positions) => graph.Node(
        "Gather", [value, graph.Constant(positions.Select(p => (long)p).ToArray(), positions.Length)], OnnxAttribute.Of("axis", 1));
}
