using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>
/// Holds values between bounds that are given, or are quantiles of the training values (winsorizing). A bound that is left out
/// does not bind. Missing stays missing.
/// </summary>
public sealed record ClipStep : StepSpec
{
    /// <summary>The lower bound.</summary>
    public double? Lower { get; init; }

    /// <summary>The upper bound.</summary>
    public double? Upper { get; init; }

    /// <summary>The lower bound as a quantile of the training values, 0 to 1; not together with <see cref="Lower"/>.</summary>
    public double? LowerQuantile { get; init; }

    /// <summary>The upper bound as a quantile of the training values, 0 to 1; not together with <see cref="Upper"/>.</summary>
    public double? UpperQuantile { get; init; }

    internal override Accepts Accepts => Accepts.Numbers;

    internal override IEnumerable<(string Option, string Problem)> Problems(ValueKind input)
    {
        if ((Lower ?? Upper ?? LowerQuantile ?? UpperQuantile) is null)
            yield return ("lower", "no bound is given; give lower, upper, lowerQuantile or upperQuantile");
        if (Lower is not null && LowerQuantile is not null)
            yield return ("lowerQuantile", "the lower bound is given twice, by lower and by lowerQuantile");
        if (Upper is not null && UpperQuantile is not null)
            yield return ("upperQuantile", "the upper bound is given twice, by upper and by upperQuantile");
        if (Lower is { } lower && !float.IsFinite((float)lower))
            yield return ("lower", $"must be a finite 32-bit number, not {lower}");
        if (Upper is { } upper && !float.IsFinite((float)upper))
            yield return ("upper", $"must be a finite 32-bit number, not {upper}");
        if (LowerQuantile is not (null or (>= 0 and <= 1)))
            yield return ("lowerQuantile", $"must lie in [0, 1], not {LowerQuantile}");
        if (UpperQuantile is not (null or (>= 0 and <= 1)))
            yield return ("upperQuantile", $"must lie in [0, 1], not {UpperQuantile}");
        if (Lower > Upper)
            yield return ("lower", $"is above upper: {Lower} > {Upper}");
        if (LowerQuantile > UpperQuantile)
            yield return ("lowerQuantile", $"is above upperQuantile: {LowerQuantile} > {UpperQuantile}");
    }

    internal override FittedStep Fit(FitInput input)
    {
        var width = input.Columns.Count;
        var fitted = new FittedClip { Lowers = new float[width], Uppers = new float[width] };
        for (var c = 0; c < width; c++)
        {
            var sorted = LowerQuantile is null && UpperQuantile is null ? null : Statistics.Sorted(input.PresentNumbers(c));
            // The widest finite bound stands for none; infinities are then clipped to it in memory and in ONNX alike.
            fitted.Lowers[c] = Statistics.Constant(LowerQuantile is { } low ? Statistics.Quantile(sorted, low) : Lower ?? float.MinValue);
            fitted.Uppers[c] = Statistics.Constant(UpperQuantile is { } high ? Statistics.Quantile(sorted, high) : Upper ?? float.MaxValue);
            // A fixed bound may lie on the other side of a learnt one: the lower bound wins, as it does in Apply.
            fitted.Uppers[c] = Math.Max(fitted.Lowers[c], fitted.Uppers[c]);
        }

        return fitted;
    }
}

/// <summary>
/// ONNX: Where(x &lt; lower, lower, Where(x &gt; upper, upper, x)), which unlike Min, Max and Clip says what becomes of NaN and −0.
/// </summary>
internal sealed record FittedClip : FittedStep
{
    public required float[] Lowers { get; init; }

    public required float[] Uppers { get; init; }

    public override bool Fits(int width, ValueKind kind) => Lowers.Length == width && Uppers.Length == width;

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) => OneEach(step, inputs);

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var outputs = new Column[inputs.Count];
        for (var c = 0; c < outputs.Length; c++)
        {
            var clipped = pool.Numbers(inputs[c].Length);
            var from = ((NumberColumn)inputs[c]).Values;
            var to = clipped.Values;
            var lower = Lowers[c];
            var upper = Uppers[c];
            for (var row = 0; row < from.Length; row++)
            {
                var value = from[row];
                to[row] = value < lower ? lower : value > upper ? upper : value;
            }

            outputs[c] = clipped;
        }

        return outputs;
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        var value = input.Packed(graph);
        var (lower, upper) = (graph.Constant(Lowers, Lowers.Length), graph.Constant(Uppers, Uppers.Length));
        var below = graph.Node("Where", [graph.Node("Greater", [value, upper]), upper, value]);
        return OnnxBlock.OfPacked(ValueKind.Number, input.Width, graph.Node("Where", [graph.Node("Less", [value, lower]), lower, below]));
    }
}
