using Apache.Arrow;
using Apache.Arrow.Types;
using Orrery.Kernel;
using Orrery.Preparation.Steps;
using Xunit;

namespace Orrery.Preparation.Tests;

/// <summary>Fitting and applying: bad data, missing values, folds, batches.</summary>
public sealed class TransformFitTests
{
    private static readonly ColumnSpec X = new("x", ColumnType.Number);
    private static readonly ColumnSpec A = new("a", ColumnType.Text);
    private static readonly ColumnSpec T = new("t", ColumnType.Timestamp);

    [Fact]
    public void An_absent_column_is_named_with_the_nearest_one()
    {
        var refusal = Refusal([X], [], Batch.Of().Numbers("X1", 1));

        Assert.Contains("no column 'x' (Number)", refusal);
        Assert.Contains("Did you mean 'X1'?", refusal);
    }

    [Fact]
    public void A_column_of_the_wrong_type_is_named_with_what_it_needs()
    {
        Assert.Contains("'x' is declared as Number, which needs a number", Refusal([X], [], Batch.Of().Texts("x", "1")));
        Assert.Contains("'a' is declared as Text, which needs Arrow text", Refusal([A], [new OrdinalStep { Name = "s", Inputs = ["a"] }], Batch.Of().Numbers("a", 1)));
        Assert.Contains("'t' is declared as Timestamp, which needs an Arrow timestamp or date", Refusal([T], [], Batch.Of().Texts("t", "2001-01-01")));
    }

    [Fact]
    public void A_column_that_is_there_twice_is_refused() =>
        Assert.Contains("two columns named 'x'", Refusal([X], [], Batch.Of().Numbers("x", 1).Numbers("x", 2)));

    [Fact]
    public void No_rows_are_refused_in_training() => Assert.Contains("no training rows", Refusal([X], [], Batch.Of().Numbers("x")));

    [Fact]
    public void No_rows_give_an_empty_matrix_in_apply()
    {
        var fitted = new TransformSpec { Columns = [X] }.Fit([Batch.Of().Numbers("x", 1)]);
        using var features = fitted.Apply(Batch.Of().Numbers("x"));

        Assert.Equal(0, features.Rows);
        Assert.Empty(OnnxRun.Features(fitted, Batch.Of().Numbers("x")));
    }

    public static TheoryData<string> LearningSteps => ["median", "scale", "quantiles", "frequent", "frequent text", "oneHot", "ordinal", "frequency", "target"];

    [Theory]
    [MemberData(nameof(LearningSteps))]
    public void A_column_without_a_value_is_refused_by_a_step_that_learns_from_it(string step)
    {
        StepSpec spec = step switch
        {
            "median" => new ImputeStep { Name = "s", Inputs = ["x"] },
            "scale" => new ScaleStep { Name = "s", Inputs = ["x"] },
            "quantiles" => new BucketizeStep { Name = "s", Inputs = ["x"], Quantiles = 4 },
            "frequent" => new ImputeStep { Name = "s", Inputs = ["x"], Strategy = ImputeStrategy.MostFrequent },
            "frequent text" => new ImputeStep { Name = "s", Inputs = ["a"], Strategy = ImputeStrategy.MostFrequent },
            "oneHot" => new OneHotStep { Name = "s", Inputs = ["a"] },
            "ordinal" => new OrdinalStep { Name = "s", Inputs = ["a"] },
            "frequency" => new FrequencyStep { Name = "s", Inputs = ["a"] },
            _ => new TargetStep { Name = "s", Inputs = ["a"] },
        };
        var batch = Batch.Of().Numbers("x", null, float.NaN).Texts("a", null, "").Numbers("label", 0, 1);

        Assert.Contains("has no value in any of the 2 training rows", Refusal([X, A], [spec], batch, "label", "x"));
    }

    [Fact]
    public void Infinity_is_refused_by_statistics_and_passes_through_apply()
    {
        StepSpec[] steps = [new ScaleStep { Name = "s", Inputs = ["x"] }];
        Assert.Contains("'x' holds ∞", Refusal([X], steps, Batch.Of().Numbers("x", 1, float.PositiveInfinity)).Replace("Infinity", "∞", StringComparison.Ordinal));

        var fitted = new TransformSpec { Columns = [X], Steps = steps }.Fit([Batch.Of().Numbers("x", 1, 3)]);
        RecordBatch wild = Batch.Of().Numbers("x", float.PositiveInfinity, float.NegativeInfinity, null);
        using var features = fitted.Apply(wild);
        Assert.Equal([float.PositiveInfinity, float.NegativeInfinity, float.NaN], features.Values.ToArray());
        Bits.Equal(features.Values, OnnxRun.Features(fitted, wild));
    }

    [Fact]
    public void A_constant_column_scales_to_zero()
    {
        using var training = new TransformSpec { Columns = [X], Steps = [new ScaleStep { Name = "s", Inputs = ["x"] }] }
            .FitTransform([Batch.Of().Numbers("x", 7, 7, null)]);

        Assert.Equal([0, 0, float.NaN], training.Features.Values.ToArray());
    }

    [Fact]
    public void Unseen_categories_have_their_stated_number()
    {
        var fitted = new TransformSpec
        {
            Columns = [A],
            Steps =
            [
                new OneHotStep { Name = "hot", Inputs = ["a"], MinFrequency = 2 }, new OrdinalStep { Name = "ordinal", Inputs = ["a"] },
                new FrequencyStep { Name = "share", Inputs = ["a"] }, new TargetStep { Name = "target", Inputs = ["a"], Smoothing = 2 },
            ],
        }.Fit([Batch.Of().Texts("a", "u", "v", "u", null).Numbers("label", 1, 0, 1, 0)], "label");
        using var features = fitted.Apply(Batch.Of().Texts("a", "u", "v", "w", null));

        Assert.Equal(["hot=u", "ordinal", "share", "target"], fitted.Features);
        Assert.Equal([1, 0, 0.5f, 0.75f], features.Row(0).ToArray());          // (2 + 2 × 0.5) ÷ (2 + 2)
        Assert.Equal([0, 1, 0.25f, (float)(1.0 / 3)], features.Row(1).ToArray());
        Assert.Equal([0, -1, 0, 0.5f], features.Row(2).ToArray());
        Assert.Equal([0, -1, 0, 0.5f], features.Row(3).ToArray());
    }

    [Fact]
    public void Target_encoding_in_training_never_sees_the_rows_own_label()
    {
        var rows = 200;
        var names = Enumerable.Range(0, rows).Select(i => (string?)$"c{i % 10}").ToArray();
        var labels = Enumerable.Range(0, rows).Select(i => (float?)(i * 7 % 3 == 0 ? 1 : 0)).ToArray();
        var spec = new TransformSpec { Columns = [A], Steps = [new TargetStep { Name = "s", Inputs = ["a"] }] };
        using var before = spec.FitTransform([Batch.Of().Texts("a", names).Numbers("label", labels)], "label", seed: 3);

        for (var row = 0; row < rows; row += 17)
        {
            var flipped = labels.ToArray();
            flipped[row] = 1 - flipped[row];
            RecordBatch batch = Batch.Of().Texts("a", names).Numbers("label", flipped);
            using var after = spec.FitTransform([batch], "label", seed: 3);
            using var leaky = after.Transform.Apply(batch);

            Assert.Equal(before.Features[row, 0], after.Features[row, 0]);
            Assert.NotEqual(before.Features.Values.ToArray(), after.Features.Values.ToArray());
            Assert.NotEqual(leaky[row, 0], after.Features[row, 0]);
        }
    }

    [Fact]
    public void Steps_after_a_target_encoding_learn_from_the_encodings_out_of_fold()
    {
        // Each category occurs once: out of fold nothing is known of it, so its encoding is near the mean whatever its label.
        var names = Enumerable.Range(0, 50).Select(i => (string?)$"c{i}").ToArray();
        var labels = Enumerable.Range(0, 50).Select(i => (float?)(i % 2)).ToArray();
        var spec = new TransformSpec
        {
            Columns = [A],
            Steps = [new TargetStep { Name = "t", Inputs = ["a"], Smoothing = 0 }, new ClipStep { Name = "s", Inputs = ["t"], LowerQuantile = 0, UpperQuantile = 1 }],
        };
        RecordBatch batch = Batch.Of().Texts("a", names).Numbers("label", labels);
        var fitted = spec.Fit([batch], "label");
        using var features = fitted.Apply(batch);

        Assert.All(features.Values.ToArray(), v => Assert.InRange(v, 0.3f, 0.7f));
    }

    [Fact]
    public void The_seed_decides_the_folds_and_nothing_else()
    {
        RecordBatch batch = Batch.Of().Texts("a", [.. Enumerable.Range(0, 60).Select(i => $"c{i % 4}")])
            .Numbers("label", [.. Enumerable.Range(0, 60).Select(i => (float?)(i % 5))]);
        var spec = new TransformSpec { Columns = [A], Steps = [new TargetStep { Name = "s", Inputs = ["a"] }] };
        using var one = spec.FitTransform([batch], "label", seed: 1);
        using var again = spec.FitTransform([batch], "label", seed: 1);
        using var two = spec.FitTransform([batch], "label", seed: 2);

        Assert.Equal(one.Features.Values.ToArray(), again.Features.Values.ToArray());
        Assert.NotEqual(one.Features.Values.ToArray(), two.Features.Values.ToArray());
        Assert.Equal(one.Transform.ToJson(), two.Transform.ToJson());
    }

    [Fact]
    public void The_label_must_be_named_whole_and_no_column()
    {
        StepSpec[] steps = [new TargetStep { Name = "s", Inputs = ["a"] }];
        RecordBatch batch = Batch.Of().Texts("a", "u", "v").Numbers("label", 1, null).Numbers("x", 1, 2);

        Assert.Contains("learns from the label, and no label column was named", Refusal([A], steps, batch));
        Assert.Contains("missing or not finite in 1 of 2", Refusal([A], steps, batch, "label"));
        Assert.Contains("told the answer", Refusal([A, X], steps, batch, "x", "s"));
        Assert.Contains("no column 'y'", Refusal([A], steps, batch, "y"));
    }

    [Fact]
    public void How_the_rows_are_cut_into_batches_does_not_matter()
    {
        var spec = new TransformSpec
        {
            Columns = [X, A],
            Steps = [new ImputeStep { Name = "s", Inputs = ["x"] }, new TargetStep { Name = "t", Inputs = ["a"] }],
        };
        RecordBatch Cut(int from, int to) => Batch.Of()
            .Numbers("x", [.. Enumerable.Range(from, to - from).Select(i => i % 7 == 0 ? null : (float?)(i * 13 % 11))])
            .Texts("a", [.. Enumerable.Range(from, to - from).Select(i => i % 5 == 0 ? null : $"c{i * 3 % 4}")])
            .Numbers("label", [.. Enumerable.Range(from, to - from).Select(i => (float?)(i % 2))]);
        using var whole = spec.FitTransform([Cut(0, 100)], "label");
        using var pieces = spec.FitTransform([Cut(0, 1), Cut(1, 64), Cut(64, 64), Cut(64, 100)], "label");

        Assert.Equal(whole.Transform.ToJson(), pieces.Transform.ToJson());
        Assert.Equal(whole.Features.Values.ToArray(), pieces.Features.Values.ToArray());
    }

    [Fact]
    public void Apply_of_many_rows_is_apply_of_each()
    {
        var rows = 100_000; // more than one chunk
        var spec = new TransformSpec
        {
            Columns = [X, A],
            Steps =
            [
                new ScaleStep { Name = "s", Inputs = ["x"] }, new OneHotStep { Name = "o", Inputs = ["a"] },
                new BucketizeStep { Name = "bucket", Inputs = ["s"], Quantiles = 4 }, new CrossStep { Name = "cross", Inputs = ["a", "bucket"] },
                new FrequencyStep { Name = "f", Inputs = ["cross"] }, new OneHotStep { Name = "c", Inputs = ["cross"] }, new Log1pStep { Name = "log", Inputs = ["f"] },
            ],
            Outputs = ["s", "o", "f", "c", "log"],
        };
        RecordBatch batch = Batch.Of().Numbers("x", [.. Enumerable.Range(0, rows).Select(i => (float?)i)]).Texts("a", [.. Enumerable.Range(0, rows).Select(i => $"c{i % 3}")]);
        var fitted = spec.Fit([batch]);
        using var features = fitted.Apply(batch);

        foreach (var row in new[] { 0, 1, 32_767, 32_768, 65_537, rows - 1 })
        {
            using var one = fitted.Apply(Batch.Of().Numbers("x", row).Texts("a", $"c{row % 3}"));
            Assert.Equal(one.Row(0).ToArray(), features.Row(row).ToArray());
        }
    }

    [Fact]
    public void Arrow_types_are_read_as_declared()
    {
        var columns = new[] { X, A, T, new ColumnSpec("i", ColumnType.Integer) };
        var fitted = new TransformSpec
        {
            Columns = columns,
            Steps = [new OrdinalStep { Name = "o", Inputs = ["a"] }, new CalendarStep { Name = "c", Inputs = ["t"], Parts = [CalendarPart.Hour, CalendarPart.DayOfMonth] }],
            Outputs = ["x", "o", "c", "i"],
        }.Fit([Batch.Of().Numbers("x", 1).Texts("a", "u").Integers("t", 0).Integers("i", 1)]);
        var dictionary = new DictionaryArray(
            new DictionaryType(Int32Type.Default, StringType.Default, false),
            new Int32Array.Builder().Append(1).AppendNull().Build(),
            new StringArray.Builder().Append("v").Append("u").Build());
        var times = new TimestampArray.Builder(new TimestampType(TimeUnit.Microsecond, (string?)null))
            .Append(DateTimeOffset.FromUnixTimeMilliseconds(-1)).AppendNull().Build();
        RecordBatch batch = Batch.Of()
            .Add("x", new DoubleArray.Builder().Append(0.1).AppendNull().Build())
            .Add("a", dictionary)
            .Add("t", times)
            .Add("i", new Int16Array.Builder().Append(-3).AppendNull().Build());
        using var features = fitted.Apply(batch);

        // A millisecond before 1970 is 31 December, 23 h: times are rounded down, not towards zero.
        Assert.Equal([0.1f, 0, 23, 31, -3], features.Row(0).ToArray());
        Assert.Equal([float.NaN, -1, float.NaN, float.NaN, float.NaN], features.Row(1).ToArray());
    }

    [Fact]
    public void A_sliced_batch_is_read_from_its_offset()
    {
        var array = (FloatArray)new FloatArray.Builder().Append(1).AppendNull().Append(3).Build();
        var fitted = new TransformSpec { Columns = [X] }.Fit([Batch.Of().Numbers("x", 1)]);
        using var features = fitted.Apply(Batch.Of().Add("x", array.Slice(1, 2)));

        Assert.Equal([float.NaN, 3], features.Values.ToArray());
    }

    [Fact]
    public void Two_features_of_one_name_are_refused() => Assert.Contains("Two features are named 'x'", Refusal(
        [X], [new SelectStep { Name = "s", Inputs = ["x"] }], Batch.Of().Numbers("x", 1), null, "x", "s"));

    [Fact]
    public void A_wish_to_stop_is_heard()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => new TransformSpec { Columns = [X] }
            .Fit([Batch.Of().Numbers("x", 1)], cancellationToken: source.Token));
    }

    [Theory]
    [InlineData("", "not JSON")]
    [InlineData("{}", "expected JSON with \"format\"")]
    [InlineData("""{ "format": "orrery.transform", "version": 2 }""", "version 2")]
    [InlineData("""{ "format": "orrery.transform", "version": 1, "spec": { "columns": [{ "name": "x", "type": "number" }] }, "steps": [{ "type": "log1p" }] }""", "declares 0 steps and has learnt 1")]
    [InlineData("""{ "format": "orrery.transform", "version": 1, "spec": { "columns": [{ "name": "x", "type": "number" }], "steps": [{ "type": "scale", "name": "s", "inputs": ["x"] }] }, "steps": [{ "type": "scale", "centers": [], "spreads": [] }] }""", "fitted on other columns")]
    [InlineData("""{ "format": "orrery.transform", "version": 1, "spec": { "columns": [{ "name": "x", "type": "number" }] }, "steps": [{ "type": "scale" }] }""", "damaged at $")]
    public void A_damaged_fitted_transform_is_refused(string json, string says) =>
        Assert.Contains(says, Assert.Throws<InvalidException>(() => FittedTransform.FromJson(System.Text.Encoding.UTF8.GetBytes(json))).Message);

    private static string Refusal(ColumnSpec[] columns, StepSpec[] steps, RecordBatch batch, string? label = null, params string[] outputs)
    {
        var spec = new TransformSpec { Columns = columns, Steps = steps, Outputs = outputs.Length > 0 ? outputs : null };
        return Assert.Throws<InvalidException>(() => spec.Fit([batch], label)).Message;
    }
}
