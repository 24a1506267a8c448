using Orrery.Kernel;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>
/// One column a category, 1 where the row has it and else 0. A missing, rare or unseen category is zero in every column.
/// Takes texts or integers. The columns are named <c>step=category</c>.
/// </summary>
public sealed record OneHotStep : StepSpec
{
    /// <summary>Categories with fewer training rows get no column; 1 unless told.</summary>
    public int MinFrequency { get; init; } = 1;

    /// <summary>The most columns an input may yield; beyond it the most frequent categories are kept. 256 unless told.</summary>
    public int MaxCategories { get; init; } = 256;

    internal override Accepts Accepts => Accepts.Categories;

    internal override IEnumerable<(string Option, string Problem)> Problems(ValueKind input)
    {
        if (MinFrequency < 1)
            yield return ("minFrequency", $"must be at least 1, not {MinFrequency}");
        if (MaxCategories is < 1 or > 65_536)
            yield return ("maxCategories", $"must lie in [1, 65536], not {MaxCategories}");
    }

    internal override FittedStep Fit(FitInput input) =>
        new FittedOneHot { Categories = [.. Enumerable.Range(0, input.Columns.Count).Select(c => Learn(input, c))] };

    private Categories Learn(FitInput input, int column)
    {
        var counts = CategoryCounts.Of(input.Columns[column]);
        if (counts.Counts.Length == 0)
            throw input.AllMissing(column);
        var kept = counts.Keep(MinFrequency, MaxCategories);
        return kept.Counts.Length > 0
            ? kept.Categories
            : throw new InvalidException(
                $"Step '{input.Step}': no category of '{input.Names[column]}' has {MinFrequency} training rows (the most frequent has "
                    + $"{counts.Counts.Max()}); lower minFrequency.");
    }
}

/// <summary>ONNX: OneHotEncoder with zeros for the unknown, [N, 1] → [N, 1, k], then the middle dimension is dropped.</summary>
internal sealed record FittedOneHot : FittedStep
{
    public required Categories[] Categories { get; init; }

    public override bool Fits(int width, ValueKind kind) => Categories.Length == width && Categories.All(c => c.AreOf(kind));

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) =>
    [
        .. Categories.SelectMany((known, c) =>
            Enumerable.Range(0, known.Count).Select(i => $"{NameOf(step, inputs, c)}={known.NameOf(i)}")),
    ];

    public override IReadOnlyList<IReadOnlyList<int>> Origins(int inputs) =>
        [.. Categories.SelectMany((known, c) => Enumerable.Repeat<IReadOnlyList<int>>([c], known.Count))];

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var outputs = new List<Column>();
        for (var c = 0; c < inputs.Count; c++)
        {
            var rows = inputs[c].Length;
            var positions = pool.Ints(rows).Span;
            Categories[c].Locate(inputs[c], positions);
            for (var category = 0; category < Categories[c].Count; category++)
            {
                var flags = pool.Numbers(rows);
                var to = flags.Values;
                for (var row = 0; row < rows; row++)
                    to[row] = positions[row] == category ? 1 : 0;
                outputs.Add(flags);
            }
        }

        return [.. outputs];
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        var blocks = input.Singles(graph).Select((value, c) =>
        {
            var known = Categories[c];
            var encoded = graph.MlNode(
                "OneHotEncoder",
                [value],
                known.Texts is not null ? OnnxAttribute.Of("cats_strings", known.Texts) : OnnxAttribute.Of("cats_int64s", known.Integers!),
                OnnxAttribute.Of("zeros", 1));
            return OnnxBlock.OfPacked(ValueKind.Number, known.Count, graph.Node("Squeeze", [encoded, graph.Constant([1L], 1)]));
        });
        return OnnxBlock.Join(graph, [.. blocks]);
    }
}
