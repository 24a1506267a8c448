using System.Text.Json;
using Orrery.Kernel;
using Orrery.Training.LogisticRegressions;
using Orrery.Tests;
using Xunit;

namespace Orrery.Training.Tests.LogisticRegressions;

public sealed class LogisticRegressionTests
{
    public static TheoryData<int> Cases => [0, 1, 2, 3];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Coefficients_are_those_of_scikit_learn(int index)
    {
        var golden = ReadGolden()[index];
        var (values, label) = Data(golden.Seed, golden.Rows, golden.Columns);
        var model = LogisticRegressionFit.Fit(values, Names(golden.Columns), label, golden.L2);

        Assert.Equal(golden.Positives, label.Count(l => l > 0)); // both sides made the same data
        Assert.All(golden.Coefficients.Zip(model.Coefficients), pair => Assert.Equal(pair.First, pair.Second, 1e-6));
        Assert.Equal(golden.Intercept, model.Intercept, 1e-6);
    }

    [Fact]
    public void The_same_input_gives_the_same_bits()
    {
        var (values, label) = Data(5, 300, 4);

        Assert.Equal(
            LogisticRegressionFit.Fit(values, Names(4), label, 1).Coefficients,
            LogisticRegressionFit.Fit(values, Names(4), label, 1).Coefficients);
    }

    [Fact]
    public void The_mean_prediction_is_the_share_of_positives_because_the_intercept_is_free()
    {
        var (values, label) = Data(6, 500, 4);
        var model = LogisticRegressionFit.Fit(values, Names(4), label, 50);

        Assert.Equal(label.Average(), model.Raw(values).Average(LogisticRegression.Probability), 1e-7);
    }

    [Fact]
    public void Classes_that_a_line_separates_still_have_finite_coefficients()
    {
        float[] values = [-2, -1, 1, 2];
        var model = LogisticRegressionFit.Fit(values, ["x"], [0, 0, 1, 1], 0.001);

        Assert.InRange(model.Coefficients[0], 1, 100);
    }

    [Fact]
    public void A_column_that_repeats_another_shares_its_coefficient()
    {
        float[] values = [-2, -2, -1, -1, 1, 1, 2, 2, 0.5f, 0.5f];
        var model = LogisticRegressionFit.Fit(values, ["a", "b"], [0, 1, 1, 1, 0], 0.1);

        Assert.Equal(model.Coefficients[0], model.Coefficients[1], 1e-9);
    }

    [Fact]
    public void Probabilities_do_not_overflow()
    {
        Assert.Equal(0, LogisticRegression.Probability(-1e4));
        Assert.Equal(1, LogisticRegression.Probability(1e4));
        Assert.Equal(0.5, LogisticRegression.Probability(0));
    }

    [Fact]
    public void A_missing_value_is_refused_by_column_and_row()
    {
        var refusal = Assert.Throws<InvalidException>(() => LogisticRegressionFit.Fit([1, 2, 3, float.NaN], ["a", "b"], [0, 1], 1));

        Assert.Contains("'b'", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("row 1", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("impute", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Labels_of_one_class_are_refused(float only) =>
        Assert.Throws<InvalidException>(() => LogisticRegressionFit.Fit([1, 2], ["a"], [only, only], 1));

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void A_penalty_that_is_none_is_refused(double l2) =>
        Assert.Throws<InvalidException>(() => LogisticRegressionFit.Fit([1, 2], ["a"], [0, 1], l2));

    [Fact]
    public void It_can_be_cancelled()
    {
        var (values, label) = Data(5, 300, 4);

        Assert.Throws<OperationCanceledException>(() => LogisticRegressionFit.Fit(values, Names(4), label, 1, new(canceled: true)));
    }

    private static string[] Names(int columns) => [.. Enumerable.Range(0, columns).Select(c => $"c{c}")];

    // As golden.py makes them.
    private static (float[] Values, float[] Label) Data(uint seed, int rows, int columns)
    {
        var state = seed;
        double Next() => (state = 1664525 * state + 1013904223) / 4294967296.0;

        var values = new float[rows * columns];
        var label = new float[rows];
        for (var row = 0; row < rows; row++)
        {
            var at = values.AsSpan(row * columns, columns);
            for (var column = 0; column < columns; column++)
                at[column] = (float)(Next() * 4 - 2);
            at[0] = at[0] > 0.5f ? 1 : 0;
            at[1] *= 30;
            var score = 1.3f * at[0] - 0.04f * at[1] + 0.8f * at[2] - 0.6f;
            label[row] = Next() < 1 / (1 + Math.Exp(-score)) ? 1 : 0;
        }

        return (values, label);
    }

    private static Golden[] ReadGolden() => JsonSerializer.Deserialize<Golden[]>(
        File.ReadAllText(Repository.Path("tests/Modules/Training/LogisticRegressions/golden.json")), JsonSerializerOptions.Web)!;

    private sealed record Golden(uint Seed, int Rows, int Columns, double L2, int Positives, double[] Coefficients, double Intercept);
}
