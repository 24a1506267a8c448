using System.Text.Json;
using Apache.Arrow;
using Orrery.Kernel;
using Orrery.Preparation.Onnx;
using Orrery.Preparation.Predictors;
using Orrery.Preparation.Steps;
using Xunit;

namespace Orrery.Preparation.Tests;

/// <summary>Transform and predictor as one graph, from raw columns to probability and label.</summary>
public sealed class ModelGraphTests
{
    private static readonly RecordBatch Rows = Batch.Of()
        .Numbers("distance", 100, 2500, null, 800, 50, 1200)
        .Texts("origin", "JFK", "LAX", "JFK", null, "SFO", "LAX")
        .Integers("time", 978_307_200, 990_000_000, null, 985_000_000, 980_000_000, 1_000_000_000)
        .Numbers("late", 1, 0, 1, 0, 1, 0);

    private static readonly FittedTransform Transform = new TransformSpec
    {
        Columns = [new("distance", ColumnType.Number), new("origin", ColumnType.Text), new("time", ColumnType.Timestamp)],
        Steps =
        [
            new ImputeStep { Name = "filled", Inputs = ["distance"], Indicator = true },
            new OneHotStep { Name = "from", Inputs = ["origin"] },
            new TargetStep { Name = "rate", Inputs = ["origin"] },
            new CalendarStep { Name = "at", Inputs = ["time"], Parts = [CalendarPart.Hour] },
        ],
    }.Fit([Rows], "late");

    [Fact]
    public void A_binary_tree_ensemble_gives_probability_and_label()
    {
        var model = ModelGraph.Fuse(Transform, Trees(PredictionKind.Binary, 1));
        using var features = Transform.Apply(Rows);
        var expected = Trees(PredictionKind.Binary, 1).Predict(features);

        Assert.Equal(expected, OnnxRun.Floats(model, Transform.Inputs, Rows, ModelGraph.ProbabilityOutput));
        Assert.Equal(expected.Select(p => p >= 0.5f ? 1L : 0L), OnnxRun.Integers(model, Transform.Inputs, Rows, ModelGraph.LabelOutput));
        Assert.True(expected.Distinct().Count() > 2, "the rows must fall into different leaves");
    }

    [Fact]
    public void A_regression_gives_a_score()
    {
        var model = ModelGraph.Fuse(Transform, Trees(PredictionKind.Regression, 1));
        using var features = Transform.Apply(Rows);

        Assert.Equal(Trees(PredictionKind.Regression, 1).Predict(features), OnnxRun.Floats(model, Transform.Inputs, Rows, ModelGraph.ScoreOutput));
    }

    [Fact]
    public void Several_classes_give_a_probability_each_and_the_likeliest_as_label()
    {
        var model = ModelGraph.Fuse(Transform, Trees(PredictionKind.Multiclass, 3));
        using var features = Transform.Apply(Rows);
        var expected = Trees(PredictionKind.Multiclass, 3).Predict(features);

        Bits.Within(1, expected, OnnxRun.Floats(model, Transform.Inputs, Rows, ModelGraph.ProbabilityOutput));
        var labels = Enumerable.Range(0, Rows.Length).Select(row => (long)expected.AsSpan(row * 3, 3).IndexOf(expected.Skip(row * 3).Take(3).Max()));
        Assert.Equal(labels, OnnxRun.Integers(model, Transform.Inputs, Rows, ModelGraph.LabelOutput));
    }

    [Fact]
    public void A_linear_model_fuses_too()
    {
        var linear = new LinearModel(PredictionKind.Binary, [[0.001f, -1, 0.5f, 0.25f, -0.5f, 2, 0.1f]], [-1]);
        var filled = Rows.Slice(0, 2); // its features are all known
        using var features = Transform.Apply(filled);

        Bits.Within(1, linear.Predict(features), OnnxRun.Floats(ModelGraph.Fuse(Transform, linear), Transform.Inputs, filled, ModelGraph.ProbabilityOutput));
    }

    [Fact]
    public void The_graph_says_what_it_is()
    {
        var bytes = ModelGraph.Fuse(Transform, Trees(PredictionKind.Binary, 1));
        var model = OnnxModel.Parse(bytes);

        Assert.Equal(["distance: Float[N, 1]", "origin: String[N, 1]", "time: Int64[N, 1]"], model.Inputs.Select(i => i.ToString()));
        Assert.Equal(["probability: Float[N]", "label: Int64[N]"], model.Outputs.Select(o => o.ToString()));
        Assert.Equal("""[{"name":"distance","type":"number"},{"name":"origin","type":"text"},{"name":"time","type":"timestamp"}]""", model.Metadata[ModelGraph.ColumnsMetadata]);
        Assert.Equal(Transform.Features, JsonSerializer.Deserialize<string[]>(model.Metadata[ModelGraph.FeaturesMetadata])!);
        Assert.Equal(Digest.Of(Transform.ToJson()).ToString(), model.Metadata[ModelGraph.TransformMetadata]);
        Assert.Equal(bytes, ModelGraph.Fuse(FittedTransform.FromJson(Transform.ToJson()), Trees(PredictionKind.Binary, 1)));
    }

    [Fact]
    public void A_predictor_of_another_width_is_refused() => Assert.Contains(
        "gives 7 features, the predictor reads 2",
        Assert.Throws<InvalidException>(() => ModelGraph.Fuse(Transform, new LinearModel(PredictionKind.Binary, [[1, 1]], [0]))).Message);

    [Fact]
    public void A_raw_column_named_as_an_output_is_refused()
    {
        var transform = new TransformSpec { Columns = [new("label", ColumnType.Number)] }.Fit([Batch.Of().Numbers("label", 1)]);

        Assert.Contains("'label' has the name of an output", Assert.Throws<InvalidException>(() => ModelGraph.Fuse(transform, new LinearModel(PredictionKind.Binary, [[1]], [0]))).Message);
    }

    [Fact]
    public void Many_threads_may_apply_one_transform()
    {
        using var alone = Transform.Apply(Rows);
        var expected = alone.Values.ToArray();
        var fresh = FittedTransform.FromJson(Transform.ToJson());
        var results = new float[64][];
        Parallel.For(0, results.Length, i =>
        {
            using var features = fresh.Apply(Rows);
            results[i] = features.Values.ToArray();
        });

        Assert.All(results, result => Assert.Equal(expected, result));
    }

    private static TreeEnsemble Trees(PredictionKind kind, int outputs) => new(kind, 7, outputs, [.. Enumerable.Range(0, outputs * 4).Select(t => new Tree
    {
        Feature = [t % 7, (t + 3) % 7],
        Threshold = [t % 7 == 0 ? 900 : 0.4f, 0.2f],
        DefaultLeft = [true, false],
        Left = [1, ~0],
        Right = [~1, ~2],
        Leaf = [0.3 + (0.1 * t), -0.7, 0.2 * t],
    })]);
}
