using Apache.Arrow;
using CsCheck;
using Orrery.Preparation.Steps;
using Xunit;

namespace Orrery.Preparation.Tests;

/// <summary>The law of the room: for every step, random data and rows that training never saw, ONNX gives the bits of Apply.</summary>
public sealed class TransformLawTests
{
    private static readonly Gen<float?> Number = Gen.Frequency(
        (6, Gen.Float[-1000, 1000].Select(v => (float?)v)),
        (2, Gen.Int[-3, 3].Select(v => (float?)v)),
        (1, Gen.OneOf<float?>(0f, -0f, float.Epsilon, 1e-30f, 1e30f, -1e30f, float.MaxValue, float.MinValue)),
        (2, Gen.OneOf<float?>(null, float.NaN)));

    /// <summary>Training refuses infinities; a request may still hold them.</summary>
    private static readonly Gen<float?> WildNumber = Gen.Frequency(
        (8, Number), (1, Gen.OneOf<float?>(float.PositiveInfinity, float.NegativeInfinity)));

    private static readonly Gen<string?> Text = Gen.OneOf<string?>("JFK", "LAX", "SFO", "ORD", "Zürich", "東京", "a|b", " ", "", null);

    private static readonly Gen<long?> Integer = Gen.Frequency(
        (6, Gen.Long[-5, 5].Select(v => (long?)v)), (1, Gen.Long[-1L << 60, 1L << 60].Select(v => (long?)v)), (1, Gen.Const((long?)null)));

    // Years −2000 to 6000 or so, either side of 1970.
    private static readonly Gen<long?> Time = Gen.Frequency(
        (7, Gen.Long[-125_000_000_000, 125_000_000_000].Select(v => (long?)v)), (1, Gen.OneOf<long?>(0, -1, 86_399, 86_400, null)));

    private static readonly Gen<bool?> Flag = Gen.OneOf<bool?>(true, false, null);

    private static readonly ColumnSpec[] Columns =
    [
        new("x", ColumnType.Number), new("y", ColumnType.Number), new("a", ColumnType.Text), new("b", ColumnType.Text),
        new("i", ColumnType.Integer), new("t", ColumnType.Timestamp), new("f", ColumnType.Boolean),
    ];

    public static TheoryData<string> ExactSpecs => [.. Specs.Keys];

    private static readonly Dictionary<string, StepSpec[]> Specs = new()
    {
        ["impute mean"] = [new ImputeStep { Name = "s", Inputs = ["x", "y"], Strategy = ImputeStrategy.Mean, Indicator = true }],
        ["impute median"] = [new ImputeStep { Name = "s", Inputs = ["x", "i"], Strategy = ImputeStrategy.Median }],
        ["impute most frequent number"] = [new ImputeStep { Name = "s", Inputs = ["x"], Strategy = ImputeStrategy.MostFrequent }],
        ["impute most frequent integer"] = [new ImputeStep { Name = "s", Inputs = ["i", "f", "t"], Strategy = ImputeStrategy.MostFrequent, Indicator = true }],
        ["impute text"] =
        [
            new ImputeStep { Name = "s", Inputs = ["a", "b"], Strategy = ImputeStrategy.MostFrequent },
            new OneHotStep { Name = "o", Inputs = ["s"] },
        ],
        ["impute constant text"] =
        [
            new ImputeStep { Name = "s", Inputs = ["a"], Strategy = ImputeStrategy.Constant, Value = ConstantValue.Of("none") },
            new OrdinalStep { Name = "o", Inputs = ["s"] },
        ],
        ["scale standard"] = [new ScaleStep { Name = "s", Inputs = ["x", "y", "i"] }],
        ["scale min-max"] = [new ScaleStep { Name = "s", Inputs = ["x", "y"], Method = ScaleMethod.MinMax }],
        ["scale robust"] = [new ScaleStep { Name = "s", Inputs = ["x"], Method = ScaleMethod.Robust }],
        ["clip bounds"] = [new ClipStep { Name = "s", Inputs = ["x", "y"], Lower = 0, Upper = 10 }],
        ["clip quantiles"] = [new ClipStep { Name = "s", Inputs = ["x", "i"], LowerQuantile = 0.1, UpperQuantile = 0.9 }],
        ["clip one side"] = [new ClipStep { Name = "s", Inputs = ["x"], Upper = 1.5 }],
        ["bucketize edges"] = [new BucketizeStep { Name = "s", Inputs = ["x", "y"], Edges = [-10, 0, 0.5, 100] }],
        ["bucketize quantiles"] = [new BucketizeStep { Name = "s", Inputs = ["x", "i"], Quantiles = 5 }],
        ["buckets as categories"] =
        [
            new BucketizeStep { Name = "s", Inputs = ["x"], Quantiles = 4 },
            new OneHotStep { Name = "o", Inputs = ["s"], MaxCategories = 3 },
        ],
        ["interactions"] = [new InteractionsStep { Name = "s", Inputs = ["x", "y", "i"] }],
        ["interactions and squares"] = [new InteractionsStep { Name = "s", Inputs = ["x", "y"], Kind = InteractionKind.ProductsAndSquares }],
        ["one-hot text"] = [new OneHotStep { Name = "s", Inputs = ["a", "b"] }],
        ["one-hot integer"] = [new OneHotStep { Name = "s", Inputs = ["i", "f"], MaxCategories = 4 }],
        ["ordinal"] = [new OrdinalStep { Name = "s", Inputs = ["a"], Categories = ["LAX", "JFK"] }, new OrdinalStep { Name = "n", Inputs = ["i", "f"] }],
        ["frequency"] = [new FrequencyStep { Name = "s", Inputs = ["a", "b"] }, new FrequencyStep { Name = "n", Inputs = ["i"] }],
        ["target"] = [new TargetStep { Name = "s", Inputs = ["a"] }, new TargetStep { Name = "n", Inputs = ["i"], Smoothing = 0 }],
        ["cross"] =
        [
            new BucketizeStep { Name = "bucket", Inputs = ["x"], Edges = [0] },
            new CrossStep { Name = "s", Inputs = ["a", "bucket"] },
            new OneHotStep { Name = "o", Inputs = ["s"] },
            new CrossStep { Name = "c", Inputs = ["i", "f"] },
            new FrequencyStep { Name = "n", Inputs = ["c"] },
        ],
        ["calendar"] = [new CalendarStep { Name = "s", Inputs = ["t"], Parts = [CalendarPart.Hour, CalendarPart.Weekday, CalendarPart.DayOfMonth, CalendarPart.Month], Encoding = CalendarEncoding.Both }],
        ["calendar of two"] = [new CalendarStep { Name = "s", Inputs = ["t", "i"], Encoding = CalendarEncoding.Cycle }],
        ["select"] =
        [
            new OneHotStep { Name = "o", Inputs = ["a"], MaxCategories = 1 },
            new ImputeStep { Name = "filled", Inputs = ["x", "y"], Indicator = true },
            new SelectStep { Name = "s", Inputs = ["filled", "o"], Columns = ["filled.y.missing", "filled.x"] },
            new SelectStep { Name = "all", Inputs = ["f", "i"] },
        ],
        ["chain"] =
        [
            new ScaleStep { Name = "scaled", Inputs = ["clipped"] },
            new ClipStep { Name = "clipped", Inputs = ["filled"], LowerQuantile = 0.05, UpperQuantile = 0.95 },
            new ImputeStep { Name = "filled", Inputs = ["x", "y"], Indicator = true },
            new InteractionsStep { Name = "products", Inputs = ["scaled", "i"] },
            new TargetStep { Name = "encoded", Inputs = ["a", "b"] },
            new ScaleStep { Name = "standard", Inputs = ["encoded"] },
        ],
    };

    [Theory]
    [MemberData(nameof(ExactSpecs))]
    public void Onnx_gives_the_bits_of_apply(string name)
    {
        var spec = Spec(Specs[name]);
        Gen.Select(Rows(30, 60, Number), Rows(0, 20, WildNumber)).Sample(
            (training, unseen) =>
            {
                var fitted = spec.Fit([training], "label", seed: 7);
                foreach (var batch in new[] { training, unseen })
                {
                    using var features = fitted.Apply(batch);
                    Bits.Equal(features.Values, OnnxRun.Features(fitted, batch));
                }
            },
            iter: 25);
    }

    [Fact]
    public void Log1p_lies_within_one_unit_in_the_last_place()
    {
        var spec = Spec([new Log1pStep { Name = "s", Inputs = ["x", "y", "i"] }]);
        Rows(1000, 2000, WildNumber).Sample(
            batch =>
            {
                var fitted = spec.Fit([batch]);
                using var features = fitted.Apply(batch);
                Bits.Within(1, features.Values, OnnxRun.Features(fitted, batch));
            },
            iter: 25);
    }

    [Fact]
    public void What_was_written_and_read_back_gives_the_same_bits()
    {
        var steps = Specs["chain"].Concat([new CalendarStep { Name = "cal", Inputs = ["t"], Encoding = CalendarEncoding.Both }]).ToArray();
        Rows(30, 60, Number).Sample(
            batch =>
            {
                var fitted = Spec(steps).Fit([batch], "label");
                var bytes = fitted.ToJson();
                var again = FittedTransform.FromJson(bytes);
                Assert.Equal(bytes, again.ToJson());
                using var features = fitted.Apply(batch);
                using var same = again.Apply(batch);
                Bits.Equal(features.Values, same.Values);
                Assert.Equal(ModelGraph.Export(fitted), ModelGraph.Export(again));
            },
            iter: 25);
    }

    private static TransformSpec Spec(StepSpec[] steps) => new()
    {
        Columns = Columns,
        Steps = steps,
        // All that can come out: not text, and not twice what a select passes on.
        Outputs =
        [
            .. steps.Where(s => s is not CrossStep && !(s is ImputeStep && s.Inputs.Any(n => n is "a" or "b")))
                .Select(s => s.Name)
                .Except(steps.OfType<SelectStep>().SelectMany(s => s.Inputs)),
        ],
    };

    private static Gen<RecordBatch> Rows(int min, int max, Gen<float?> number) =>
        from count in Gen.Int[min, max]
        from x in number.Array[count]
        from y in number.Array[count]
        from a in Text.Array[count]
        from b in Text.Array[count]
        from i in Integer.Array[count]
        from t in Time.Array[count]
        from f in Flag.Array[count]
        from label in Gen.Int[0, 1].Array[count]
        select Known(Batch.Of(), count, x, y, a, b, i, t, f, label);

    /// <summary>The first row has every value, since a column without one cannot be fitted (which has its own test).</summary>
    private static RecordBatch Known(Batch batch, int count, float?[] x, float?[] y, string?[] a, string?[] b, long?[] i, long?[] t, bool?[] f, int[] label)
    {
        if (count > 0)
            (x[0], y[0], a[0], b[0], i[0], t[0], f[0]) = (0.5f, -2, "JFK", "LAX", 3, 1_000_000_000, true);
        return batch.Numbers("x", x).Numbers("y", y).Texts("a", a).Texts("b", b).Integers("i", i).Integers("t", t).Flags("f", f)
            .Numbers("label", [.. label.Select(v => (float?)v)]);
    }
}
