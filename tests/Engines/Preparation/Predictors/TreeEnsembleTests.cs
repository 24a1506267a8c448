using CsCheck;
using Orrery.Kernel;
using Orrery.Preparation.Predictors;
using Xunit;

namespace Orrery.Preparation.Tests.Predictors;

/// <summary>The fast scorer against a walk by the book, and ONNX against both, on random trees.</summary>
public sealed class TreeEnsembleTests
{
    private const int Features = 4;

    // Few values, so that features often meet thresholds exactly.
    private static readonly Gen<float> Value = Gen.OneOf(
        Gen.Int[-3, 3].Select(v => v / 2f), Gen.OneOf(float.NaN, float.PositiveInfinity, float.NegativeInfinity, -0f, 1e-36f, -1e-35f, 1e-35f, float.MaxValue));

    private static readonly Gen<TreeEnsemble> Ensemble =
        from kind in Gen.OneOf(PredictionKind.Regression, PredictionKind.Binary, PredictionKind.Multiclass)
        from rounds in Gen.Int[0, 6]
        from zeroIsMissing in Gen.Int[0, Features - 1].HashSet[0, 2]
        from seed in Gen.Int
        let outputs = kind == PredictionKind.Multiclass ? 3 : 1
        let random = new Random(seed)
        select new TreeEnsemble(
            kind,
            Features,
            outputs,
            [.. Enumerable.Range(0, rounds * outputs).Select(_ => RandomTree(random))],
            new() { BaseScores = [.. Enumerable.Range(0, outputs).Select(o => 0.25 * o)], Sigmoid = 1.5, ZeroIsMissing = [.. zeroIsMissing.Order()] });

    private static readonly Gen<FeatureMatrix> Rows =
        from rows in Gen.Int[0, 600] // more than two blocks
        from values in Value.Array[rows * Features]
        select FeatureMatrix.Copy(["a", "b", "c", "d"], values);

    [Fact]
    public void The_scorer_gives_the_sum_of_the_leaves_that_a_walk_finds() => Gen.Select(Ensemble, Rows).Sample(
        (ensemble, features) =>
        {
            using (features)
                Bits.Equal(ByTheBook(ensemble, features), ensemble.Margins(features));
        },
        iter: 100);

    [Fact]
    public void Onnx_gives_the_bits_of_the_margins_and_predictions_within_one_unit() => Gen.Select(Ensemble, Rows).Sample(
        (ensemble, features) =>
        {
            using (features)
            {
                Bits.Equal(ensemble.Margins(features), PredictorRun.Margins(ensemble, features));
                Bits.Within(1, ensemble.Predict(features), PredictorRun.Predictions(ensemble, features));
            }
        },
        iter: 60);

    [Fact]
    public void A_threshold_rounded_down_decides_as_the_wide_one() => Gen.Select(Gen.Double, Gen.Float).Sample((threshold, value) =>
    {
        foreach (var x in new[] { value, (float)threshold, MathF.BitIncrement((float)threshold), MathF.BitDecrement((float)threshold) })
            Assert.Equal(x <= threshold, x <= Tree.RoundDown(threshold));
    });

    [Theory]
    [InlineData(1e300, float.MaxValue)]
    [InlineData(-1e300, float.NegativeInfinity)]
    [InlineData(0.1, 0.099999994f)]
    [InlineData(0.5, 0.5f)]
    public void Thresholds_round_down(double threshold, float expected) => Assert.Equal(expected, Tree.RoundDown(threshold));

    [Fact]
    public void Malformed_trees_are_refused_with_the_reason()
    {
        var tree = new Tree { Feature = [0, 1], Threshold = [0, 1], DefaultLeft = [true, false], Left = [1, ~0], Right = [~1, ~2], Leaf = [1, 2, 3] };
        _ = new TreeEnsemble(PredictionKind.Binary, 2, 1, [tree]);

        Assert.Contains("splits on feature 1 of 1", Refusal(tree, features: 1));
        Assert.Contains("do not make a tree", Refusal(tree with { Left = [0, ~0] }));
        Assert.Contains("do not make a tree", Refusal(tree with { Right = [~1, ~1] }));
        Assert.Contains("do not make a tree", Refusal(tree with { Right = [~1, ~9] }));
        Assert.Contains("one leaf more", Refusal(tree with { Leaf = [1, 2] }));
        Assert.Contains("differ in length", Refusal(tree with { Threshold = [0] }));
        Assert.Contains("NaN", Refusal(tree with { Threshold = [0, float.NaN] }));
        Assert.Contains("a leaf is not finite", Refusal(tree with { Leaf = [1, 2, double.NaN] }));
    }

    [Fact]
    public void A_matrix_of_another_width_is_refused()
    {
        var ensemble = new TreeEnsemble(PredictionKind.Regression, 2, 1, []);
        using var features = FeatureMatrix.Copy(["a"], [1]);

        Assert.Contains("reads 2 features, the matrix has 1", Assert.Throws<ArgumentException>(() => ensemble.Predict(features)).Message);
    }

    [Theory]
    [InlineData("hello", "first line must be 'tree'")]
    [InlineData("tree\nversion=v2\nend of trees", "v3 and v4 can be read")]
    [InlineData("tree\nversion=v4\nobjective=binary\n", "cut short")]
    [InlineData("tree\nversion=v4\nend of trees", "no 'objective'")]
    [InlineData("tree\nversion=v4\naverage_output\nobjective=binary\nend of trees", "random forest")]
    [InlineData("tree\nversion=v4\nobjective=poisson\nend of trees", "objective 'poisson'")]
    [InlineData("tree\nversion=v4\nobjective=regression sqrt\nend of trees", "reg_sqrt")]
    [InlineData("tree\nversion=v4\nobjective=binary\nnum_tree_per_iteration=3\nend of trees", "num_tree_per_iteration=3")]
    [InlineData("tree\nversion=v4\nobjective=binary\nnum_tree_per_iteration=1\nmax_feature_idx=2147483647\nend of trees", "max_feature_idx=2147483647")]
    [InlineData("HEADTree=0\nnum_leaves=0\nend of trees", "one leaf more")]
    [InlineData("HEADTree=0\nnum_leaves=2000000000\nsplit_feature=1\nend of trees", "expected 1999999999")]
    [InlineData("HEADTree=0\nnum_leaves=2\nis_linear=1\nend of trees", "linear leaves")]
    [InlineData("HEADTree=0\nnum_leaves=2\nsplit_feature=1\nthreshold=0\ndecision_type=9\nend of trees", "splits on categories (feature 1)")]
    [InlineData("HEADTree=0\nnum_leaves=2\nsplit_feature=5\nthreshold=0\ndecision_type=2\nend of trees", "feature 5, but has 2")]
    [InlineData("HEADTree=0\nnum_leaves=3\nsplit_feature=1\nend of trees", "has 1 values of 'split_feature', expected 2")]
    [InlineData("HEADTree=0\nnum_leaves=2\nsplit_feature=x\nend of trees", "'x' as split_feature, expected an integer")]
    public void What_cannot_be_read_exactly_is_refused(string model, string says)
    {
        model = model.Replace("HEAD", "tree\nversion=v4\nobjective=binary\nnum_tree_per_iteration=1\nmax_feature_idx=1\n\n", StringComparison.Ordinal);

        Assert.Contains(says, Assert.Throws<InvalidException>(() => TreeEnsemble.FromLightGbm(model)).Message);
    }

    private static string Refusal(Tree tree, int features = 2) =>
        Assert.Throws<InvalidException>(() => new TreeEnsemble(PredictionKind.Binary, features, 1, [tree])).Message;

    private static float[] ByTheBook(TreeEnsemble ensemble, FeatureMatrix features)
    {
        var margins = new float[features.Rows * ensemble.OutputCount];
        for (var i = 0; i < margins.Length; i++)
        {
            var row = features.Row(i / ensemble.OutputCount);
            var sum = 0.0;
            for (var t = i % ensemble.OutputCount; t < ensemble.Trees.Count; t += ensemble.OutputCount)
                sum += Leaf(ensemble.Trees[t], row, ensemble.Options.ZeroIsMissing);
            margins[i] = (float)(sum + ensemble.Options.BaseScores![i % ensemble.OutputCount]);
        }

        return margins;
    }

    private static double Leaf(Tree tree, ReadOnlySpan<float> row, IReadOnlyList<int> zeroIsMissing)
    {
        var node = tree.Feature.Count == 0 ? ~0 : 0;
        while (node >= 0)
        {
            var value = row[tree.Feature[node]];
            var missing = float.IsNaN(value) || (zeroIsMissing.Contains(tree.Feature[node]) && value is >= -1e-35f and <= 1e-35f);
            var left = missing ? tree.DefaultLeft[node] : value <= tree.Threshold[node];
            node = left ? tree.Left[node] : tree.Right[node];
        }

        return tree.Leaf[~node];
    }

    /// <summary>Grown leaf by leaf at random places.</summary>
    private static Tree RandomTree(Random random)
    {
        var inner = random.Next(12);
        var children = new int[inner, 2];
        var open = new List<(int Node, int Side)>();
        for (var node = 0; node < inner; node++)
        {
            if (node > 0)
            {
                var place = random.Next(open.Count);
                children[open[place].Node, open[place].Side] = node;
                open.RemoveAt(place);
            }

            open.AddRange([(node, 0), (node, 1)]);
        }

        for (var leaf = 0; leaf < open.Count; leaf++)
            children[open[leaf].Node, open[leaf].Side] = ~leaf;
        var nodes = Enumerable.Range(0, inner).ToList();
        return new()
        {
            Feature = [.. nodes.Select(_ => random.Next(Features))],
            Threshold = [.. nodes.Select(_ => random.Next(10) == 0 ? float.MaxValue : random.Next(-6, 7) / 4f)],
            DefaultLeft = [.. nodes.Select(_ => random.Next(2) == 0)],
            Left = [.. nodes.Select(n => children[n, 0])],
            Right = [.. nodes.Select(n => children[n, 1])],
            Leaf = [.. Enumerable.Range(0, inner + 1).Select(_ => (random.NextDouble() * 2) - 1)],
        };
    }
}
