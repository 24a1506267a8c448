using Orrery.Kernel;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>Passes columns through unchanged: all of its inputs', or the named ones alone, in that order. Keeps their names.</summary>
public sealed record SelectStep : StepSpec
{
    /// <summary>Names of columns of the inputs; null for all.</summary>
    public IReadOnlyList<string>? Columns { get; init; }

    internal override Accepts Accepts => Accepts.Any;

    internal override ValueKind OutputKind(ValueKind input) => input;

    internal override IEnumerable<(string Option, string Problem)> Problems(ValueKind input)
    {
        if (Columns is { Count: 0 })
            yield return ("columns", "names no column; leave it out to pass all");
        if (Columns is not null && Columns.Any(string.IsNullOrEmpty))
            yield return ("columns", "a column's name is empty");
    }

    internal override FittedStep Fit(FitInput input) =>
        new FittedSelect { Positions = [.. Columns?.Select(c => Position(input, c)) ?? Enumerable.Range(0, input.Names.Count)] };

    private static int Position(FitInput input, string column)
    {
        for (var i = 0; i < input.Names.Count; i++)
        {
            if (string.Equals(input.Names[i], column, StringComparison.Ordinal))
                return i;
        }

        var nearest = NearestName.Of(column, input.Names) is { } name ? $" Did you mean '{name}'?" : "";
        throw new InvalidException($"Step '{input.Step}' selects '{column}', which none of its inputs yields.{nearest}");
    }
}

/// <summary>ONNX: nothing for all columns, else the chosen ones side by side.</summary>
internal sealed record FittedSelect : FittedStep
{
    public required int[] Positions { get; init; }

    public override bool Fits(int width, ValueKind kind) => Positions.Length > 0 && Positions.All(p => p >= 0 && p < width);

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) => [.. Positions.Select(p => inputs[p])];

    public override IReadOnlyList<IReadOnlyList<int>> Origins(int inputs) => [.. Positions.Select(IReadOnlyList<int> (p) => [p])];

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool) => [.. Positions.Select(p => inputs[p])];

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        if (Positions.SequenceEqual(Enumerable.Range(0, input.Width)))
            return input;
        var singles = input.Singles(graph);
        return OnnxBlock.OfSingles(input.Kind, [.. Positions.Select(p => singles[p])]);
    }
}
