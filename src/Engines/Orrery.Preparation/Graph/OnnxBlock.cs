using Orrery.Preparation.Columns;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Graph;

/// <summary>
/// The columns of one value of the graph as ONNX tensors: one packed tensor [N, k], or k tensors [N, 1], whichever a consumer asks
/// for; the other form is made once, when first wanted.
/// </summary>
internal sealed class OnnxBlock
{
    private string? _packed;
    private IReadOnlyList<string>? _singles;

    private OnnxBlock(ValueKind kind, int width, string? packed, IReadOnlyList<string>? singles)
    {
        Kind = kind;
        Width = width;
        _packed = packed;
        _singles = singles;
        if (width == 1)
        {
            _packed ??= singles![0];
            _singles ??= [packed!];
        }
    }

    public ValueKind Kind { get; }

    public int Width { get; }

    public static OnnxBlock OfPacked(ValueKind kind, int width, string value) => new(kind, width, value, null);

    public static OnnxBlock OfSingles(ValueKind kind, IReadOnlyList<string> values) => new(kind, values.Count, null, values);

    /// <summary>The columns as one tensor [N, k].</summary>
    public string Packed(OnnxGraphBuilder graph) => _packed ??= graph.Node("Concat", [.. _singles!], OnnxAttribute.Of("axis", 1));

    /// <summary>The columns as tensors [N, 1].</summary>
    public IReadOnlyList<string> Singles(OnnxGraphBuilder graph) => _singles ??= graph.Nodes(
        "Split", [_packed!, graph.Constant(Enumerable.Repeat(1L, Width).ToArray(), Width)], Width, OnnxAttribute.Of("axis", 1));

    /// <summary>The blocks side by side; all of one kind.</summary>
    public static OnnxBlock Join(OnnxGraphBuilder graph, IReadOnlyList<OnnxBlock> blocks)
    {
        if (blocks.Count == 1)
            return blocks[0];
        if (blocks.All(b => b._singles is not null))
            return OfSingles(blocks[0].Kind, [.. blocks.SelectMany(b => b._singles!)]);
        var packed = graph.Node("Concat", [.. blocks.Select(b => b.Packed(graph))], OnnxAttribute.Of("axis", 1));
        return OfPacked(blocks[0].Kind, blocks.Sum(b => b.Width), packed);
    }

    /// <summary>Integers as numbers, their missing value as NaN; numbers as they are.</summary>
    public OnnxBlock ToNumbers(OnnxGraphBuilder graph)
    {
        if (Kind == ValueKind.Number)
            return this;
        var value = Packed(graph);
        var missing = graph.Node("Equal", [value, graph.Constant([Missing.Integer], 1)]);
        var number = graph.Node("Cast", [value], OnnxAttribute.Of("to", (long)OnnxElementType.Float));
        return OfPacked(ValueKind.Number, Width, graph.Node("Where", [missing, graph.Constant([float.NaN], 1), number]));
    }

    /// <summary>Integers written out, their missing value as the empty text; texts as they are.</summary>
    public OnnxBlock ToTexts(OnnxGraphBuilder graph)
    {
        if (Kind == ValueKind.Text)
            return this;
        var value = Packed(graph);
        var missing = graph.Node("Equal", [value, graph.Constant([Missing.Integer], 1)]);
        var text = graph.Node("Cast", [value], OnnxAttribute.Of("to", (long)OnnxElementType.String));
        return OfPacked(ValueKind.Text, Width, graph.Node("Where", [missing, graph.Constant([Missing.Text], 1), text]));
    }
}
