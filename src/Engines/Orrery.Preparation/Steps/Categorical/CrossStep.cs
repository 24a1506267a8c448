using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>
/// Joins two categorical columns into one of text, <c>first|second</c>, for an encoder to read; missing where either is.
/// Takes texts or integers, such as buckets.
/// </summary>
public sealed record CrossStep : StepSpec
{
    internal const string Separator = "|";

    internal override Accepts Accepts => Accepts.Texts;

    internal override ValueKind OutputKind(ValueKind input) => ValueKind.Text;

    internal override FittedStep Fit(FitInput input) => input.Columns.Count == 2
        ? new FittedCross()
        : throw new Kernel.InvalidException($"Step '{input.Step}' crosses exactly two columns, but its inputs yield "
            + $"{input.Columns.Count}; select two first.");
}

/// <summary>ONNX: StringConcat, and Where a side is missing the empty text.</summary>
internal sealed record FittedCross : FittedStep
{
    public override bool Fits(int width, ValueKind kind) => width == 2;

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) => [step];

    public override IReadOnlyList<IReadOnlyList<int>> Origins(int inputs) => [[.. Enumerable.Range(0, inputs)]];

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var (first, second) = ((TextColumn)inputs[0], (TextColumn)inputs[1]);
        var crossed = pool.Ints(first.Length);
        var left = first.Codes;
        var right = second.Codes;
        var to = crossed.Span;
        var distinct = new List<string>();
        var known = new Dictionary<(int, int), int>();
        for (var row = 0; row < to.Length; row++)
        {
            if (!known.TryGetValue((left[row], right[row]), out var code))
            {
                var (a, b) = (first.Distinct[left[row]], second.Distinct[right[row]]);
                distinct.Add(a.Length == 0 || b.Length == 0 ? Missing.Text : a + CrossStep.Separator + b);
                known.Add((left[row], right[row]), code = distinct.Count - 1);
            }

            to[row] = code;
        }

        return [new TextColumn(crossed, distinct)];
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        var columns = input.Singles(graph);
        var empty = graph.Constant([Missing.Text], 1);
        var missing = graph.Node("Or", [graph.Node("Equal", [columns[0], empty]), graph.Node("Equal", [columns[1], empty])]);
        var left = graph.Node("StringConcat", [columns[0], graph.Constant([CrossStep.Separator], 1)]);
        var joined = graph.Node("StringConcat", [left, columns[1]]);
        return OnnxBlock.OfSingles(ValueKind.Text, [graph.Node("Where", [missing, empty, joined])]);
    }
}
