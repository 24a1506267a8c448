using System.Text.Json.Serialization;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>What a column is centred on and divided by.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ScaleMethod>))]
public enum ScaleMethod
{
    /// <summary>Mean and standard deviation (of the population).</summary>
    Standard,
    /// <summary>Minimum and range: the training values land in [0, 1].</summary>
    MinMax,
    /// <summary>Median and interquartile range: outliers do not matter.</summary>
    Robust,
}

/// <summary>(x − centre) ÷ spread, column by column. A spread of zero counts as one. Missing stays missing.</summary>
public sealed record ScaleStep : StepSpec
{
    /// <summary>The method; standard unless told.</summary>
    public ScaleMethod Method { get; init; } = ScaleMethod.Standard;

    internal override Accepts Accepts => Accepts.Numbers;

    internal override FittedStep Fit(FitInput input)
    {
        var width = input.Columns.Count;
        var fitted = new FittedScale { Centers = new float[width], Spreads = new float[width] };
        for (var c = 0; c < width; c++)
        {
            var (center, spread) = Measure(input.PresentNumbers(c));
            fitted.Centers[c] = (float)center;
            // Rounded to 32 bits a tiny spread may become zero, and a huge range infinite: neither scales anything.
            fitted.Spreads[c] = (float)spread is var rounded && rounded > 0 && float.IsFinite(rounded) ? rounded : 1;
        }

        return fitted;
    }

    private (double Center, double Spread) Measure(float[] values)
    {
        if (Method == ScaleMethod.Standard)
        {
            var mean = Statistics.Mean(values);
            return (mean, Statistics.StandardDeviation(values, mean));
        }

        var sorted = Statistics.Sorted(values);
        return Method == ScaleMethod.MinMax
            ? (sorted[0], (double)sorted[^1] - sorted[0])
            : (Statistics.Quantile(sorted, 0.5), Statistics.Quantile(sorted, 0.75) - Statistics.Quantile(sorted, 0.25));
    }
}

/// <summary>ONNX: Div(Sub(x, centre), spread); a division and not a product with the reciprocal, which would round twice.</summary>
internal sealed record FittedScale : FittedStep
{
    public required float[] Centers { get; init; }

    public required float[] Spreads { get; init; }

    public override bool Fits(int width, ValueKind kind) => Centers.Length == width && Spreads.Length == width;

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs) => OneEach(step, inputs);

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var outputs = new Column[inputs.Count];
        for (var c = 0; c < outputs.Length; c++)
        {
            var scaled = pool.Numbers(inputs[c].Length);
            var from = ((NumberColumn)inputs[c]).Values;
            var to = scaled.Values;
            var center = Centers[c];
            var spread = Spreads[c];
            for (var row = 0; row < from.Length; row++)
                to[row] = (from[row] - center) / spread;
            outputs[c] = scaled;
        }

        return outputs;
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        var centered = graph.Node("Sub", [input.Packed(graph), graph.Constant(Centers, Centers.Length)]);
        return OnnxBlock.OfPacked(ValueKind.Number, input.Width, graph.Node("Div", [centered, graph.Constant(Spreads, Spreads.Length)]));
    }
}
