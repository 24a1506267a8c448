using System.Text.Json.Serialization;
using Orrery.Preparation.Columns;
using Orrery.Preparation.Graph;
using Orrery.Preparation.Onnx;

namespace Orrery.Preparation.Steps;

/// <summary>What stands in for a missing value.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<ImputeStrategy>))]
public enum ImputeStrategy
{
    /// <summary>The mean of the training values, rounded to 32 bits.</summary>
    Mean,
    /// <summary>The median of the training values; of two middle values, the point half-way.</summary>
    Median,
    /// <summary>The most frequent training value; of several, the smallest.</summary>
    MostFrequent,
    /// <summary><see cref="ImputeStep.Value"/>.</summary>
    Constant,
}

/// <summary>
/// Replaces missing values. Takes columns of one kind: numbers, integers or texts; mean and median make numbers of integers.
/// Infinite values are refused by mean and median, since no statistic can be made of them; in <c>Apply</c> they pass through.
/// </summary>
public sealed record ImputeStep : StepSpec
{
    /// <summary>What stands in; the median unless told.</summary>
    public ImputeStrategy Strategy { get; init; } = ImputeStrategy.Median;

    /// <summary>The constant of <see cref="ImputeStrategy.Constant"/>.</summary>
    public ConstantValue? Value { get; init; }

    /// <summary>
    /// Adds a column <c>….missing</c> for each input, 1 where the value was missing and else 0. Not for text: impute a constant instead.
    /// </summary>
    public bool Indicator { get; init; }

    internal override Accepts Accepts => Strategy is ImputeStrategy.Mean or ImputeStrategy.Median ? Accepts.Numbers : Accepts.Any;

    internal override ValueKind OutputKind(ValueKind input) => input;

    internal override IEnumerable<(string Option, string Problem)> Problems(ValueKind input)
    {
        if (Indicator && input == ValueKind.Text)
            yield return ("indicator", "text has no missing indicator; impute a constant such as 'missing', which is a category to encoders");
        if (Strategy != ImputeStrategy.Constant)
        {
            if (Value is not null)
                yield return ("value", $"only the strategy 'constant' takes a value; the strategy is '{Strategy}'");
            yield break;
        }

        if (Value is null)
            yield return ("value", "the strategy 'constant' needs a value");
        else if (Value.ProblemAs(input) is { } problem)
            yield return ("value", problem);
    }

    internal override FittedStep Fit(FitInput input)
    {
        var columns = Enumerable.Range(0, input.Columns.Count);
        return input.Kind switch
        {
            ValueKind.Number => new FittedImpute { Indicator = Indicator, Numbers = [.. columns.Select(c => Number(input, c))] },
            ValueKind.Integer => new FittedImpute { Indicator = Indicator, Integers = [.. columns.Select(c => Integer(input, c))] },
            _ => new FittedImpute { Texts = [.. columns.Select(c => Text(input, c))] },
        };
    }

    private float Number(FitInput input, int column)
    {
        if (Strategy == ImputeStrategy.Constant)
            return Statistics.Constant(Value!.AsNumber());
        var values = input.PresentNumbers(column);
        return Statistics.Constant(Strategy switch
        {
            ImputeStrategy.Mean => Statistics.Mean(values),
            ImputeStrategy.Median => Statistics.Quantile(Statistics.Sorted(values), 0.5),
            _ => Statistics.MostFrequent(values, Comparer<float>.Default),
        });
    }

    private long Integer(FitInput input, int column)
    {
        if (Strategy == ImputeStrategy.Constant)
            return Value!.AsInteger();
        var values = ((IntegerColumn)input.Columns[column]).Values.ToArray().Where(v => v != Missing.Integer).ToList();
        return values.Count > 0 ? Statistics.MostFrequent(values, Comparer<long>.Default) : throw input.AllMissing(column);
    }

    private string Text(FitInput input, int column)
    {
        if (Strategy == ImputeStrategy.Constant)
            return Value!.AsText();
        var texts = (TextColumn)input.Columns[column];
        var values = texts.Codes.ToArray().Select(c => texts.Distinct[c]).Where(t => t.Length > 0).ToList();
        return values.Count > 0 ? Statistics.MostFrequent(values, StringComparer.Ordinal) : throw input.AllMissing(column);
    }
}

/// <summary>One stand-in a column; exactly one of the arrays is set. ONNX: Where(missing, stand-in, x).</summary>
internal sealed record FittedImpute : FittedStep
{
    public float[]? Numbers { get; init; }

    public long[]? Integers { get; init; }

    public string[]? Texts { get; init; }

    public bool Indicator { get; init; }

    public override bool Fits(int width, ValueKind kind) => kind switch
    {
        ValueKind.Number => Numbers?.Length == width,
        ValueKind.Integer => Integers?.Length == width,
        _ => Texts?.Length == width && !Indicator,
    };

    public override IReadOnlyList<string> OutputNames(string step, IReadOnlyList<string> inputs)
    {
        var names = OneEach(step, inputs);
        return Indicator ? [.. names, .. names.Select(n => n + ".missing")] : names;
    }

    public override IReadOnlyList<IReadOnlyList<int>> Origins(int inputs) =>
        Indicator ? [.. base.Origins(inputs), .. base.Origins(inputs)] : base.Origins(inputs);

    public override Column[] Apply(IReadOnlyList<Column> inputs, ColumnPool pool)
    {
        var filled = inputs.Select((column, i) => Fill(column, i, pool));
        return Indicator ? [.. filled, .. inputs.Select(column => Flag(column, pool))] : [.. filled];
    }

    public override OnnxBlock Emit(OnnxGraphBuilder graph, OnnxBlock input)
    {
        var value = input.Packed(graph);
        var missing = input.Kind switch
        {
            ValueKind.Number => graph.Node("IsNaN", [value]),
            ValueKind.Integer => graph.Node("Equal", [value, graph.Constant([Missing.Integer], 1)]),
            _ => graph.Node("Equal", [value, graph.Constant([Missing.Text], 1)]),
        };
        var standIns = Numbers is not null ? graph.Constant(Numbers, Numbers.Length)
            : Integers is not null ? graph.Constant(Integers, Integers.Length)
            : graph.Constant(Texts!, Texts!.Length);
        var filled = OnnxBlock.OfPacked(input.Kind, input.Width, graph.Node("Where", [missing, standIns, value]));
        if (!Indicator)
            return filled;
        var type = input.Kind == ValueKind.Number ? OnnxElementType.Float : OnnxElementType.Int64;
        var flags = graph.Node("Cast", [missing], OnnxAttribute.Of("to", (long)type));
        return OnnxBlock.Join(graph, [filled, OnnxBlock.OfPacked(input.Kind, input.Width, flags)]);
    }

    private Column Fill(Column column, int i, ColumnPool pool)
    {
        switch (column)
        {
            case NumberColumn numbers:
                var filled = pool.Numbers(column.Length);
                var from = numbers.Values;
                var to = filled.Values;
                var number = Numbers![i];
                for (var row = 0; row < from.Length; row++)
                    to[row] = float.IsNaN(from[row]) ? number : from[row];
                return filled;
            case IntegerColumn integers:
                var whole = pool.Integers(column.Length);
                var source = integers.Values;
                var target = whole.Values;
                var integer = Integers![i];
                for (var row = 0; row < source.Length; row++)
                    target[row] = source[row] == Missing.Integer ? integer : source[row];
                return whole;
            default:
                // The codes stay; only what the missing code stands for changes.
                var texts = (TextColumn)column;
                return texts.Renamed(text => text.Length == 0 ? Texts![i] : text);
        }
    }

    private static Column Flag(Column column, ColumnPool pool)
    {
        if (column is NumberColumn numbers)
        {
            var flags = pool.Numbers(column.Length);
            var from = numbers.Values;
            var to = flags.Values;
            for (var row = 0; row < from.Length; row++)
                to[row] = float.IsNaN(from[row]) ? 1 : 0;
            return flags;
        }

        var marks = pool.Integers(column.Length);
        var source = ((IntegerColumn)column).Values;
        var target = marks.Values;
        for (var row = 0; row < source.Length; row++)
            target[row] = source[row] == Missing.Integer ? 1 : 0;
        return marks;
    }
}
