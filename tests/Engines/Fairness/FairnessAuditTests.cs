using System.Text.Json;
using Orrery.Engines.Tests;
using Orrery.Fairness.Groups;
using Xunit;

namespace Orrery.Fairness.Tests;

public sealed class FairnessAuditTests
{
    private static readonly JsonElement Root = Golden.Load("Fairness", "fairness.json");

    [Fact]
    public void Every_rate_equals_scikit_learn_group_by_group()
    {
        foreach (var golden in Root.EnumerateArray())
        {
            var audit = Audit(golden);
            Assert.Equal(["a", "b", "c"], audit.Groups.Select(g => g.Group));
            foreach (var group in audit.Groups)
            {
                var expected = golden.GetProperty("by_group").GetProperty(group.Group);
                Assert.Equal(expected.GetProperty("Rows").GetInt32(), group.Rows);
                foreach (var metric in Enum.GetValues<GroupMetric>().Where(m => m != GroupMetric.CalibrationError))
                    Golden.Same(expected.Double(metric.ToString()), group[metric].Value, 1e-10, $"{group.Group} {metric}");
                if (!expected.TryGetProperty("SelectionLower", out var lower))
                    continue;
                Golden.Same(lower.GetDouble(), group[GroupMetric.SelectionRate].Interval.Lower, 1e-9, "lower");
                Golden.Same(expected.Double("SelectionUpper"), group[GroupMetric.SelectionRate].Interval.Upper, 1e-9, "upper");
            }
        }
    }

    [Fact]
    public void Every_disparity_equals_its_definition_over_scikit_learn()
    {
        foreach (var golden in Root.EnumerateArray())
        {
            var audit = Audit(golden);
            Golden.Same(golden.Double("demographic_parity_difference"), audit.DemographicParityDifference, 1e-10, "parity difference");
            Golden.Same(golden.Double("demographic_parity_ratio"), audit.DemographicParityRatio, 1e-10, "parity ratio");
            Golden.Same(golden.Double("equal_opportunity_difference"), audit.EqualOpportunityDifference, 1e-10, "opportunity");
            Golden.Same(golden.Double("equalized_odds_difference"), audit.EqualizedOddsDifference, 1e-10, "odds difference");
            Golden.Same(golden.Double("equalized_odds_ratio"), audit.EqualizedOddsRatio, 1e-10, "odds ratio");
        }
    }

    [Fact]
    public void A_small_group_is_undefined_and_takes_no_part()
    {
        // Nobody of the small group is selected: scored 0 it would be the worst disparity there is.
        string[] groups = [.. Enumerable.Repeat("large", 100), .. Enumerable.Repeat("other", 100), .. Enumerable.Repeat("small", 5)];
        bool[] labels = [.. Enumerable.Range(0, 205).Select(i => i % 2 == 0)];
        double[] scores = [.. Enumerable.Range(0, 205).Select(i => i >= 200 ? 0 : i % 4 / 4.0)];
        var audit = FairnessAudit.Of(labels, scores, groups);
        var small = audit.Groups.Single(g => g.Group == "small");
        Assert.False(small[GroupMetric.SelectionRate].IsDefined);
        Assert.Equal(5, small[GroupMetric.SelectionRate].Rows);
        Assert.Equal(0, audit.DemographicParityDifference, 1e-12);
        Assert.Equal(["small"], audit[GroupMetric.SelectionRate].Undefined);
        Assert.Equal(1, FairnessAudit.Of(labels, scores, groups, options: new FairnessOptions { MinimumGroupSize = 1 })[GroupMetric.SelectionRate].Difference + 0.5, 1e-12);
    }

    [Fact]
    public void A_group_without_positives_has_no_true_positive_rate()
    {
        string[] groups = [.. Enumerable.Range(0, 200).Select(i => i < 100 ? "a" : "b")];
        bool[] labels = [.. Enumerable.Range(0, 200).Select(i => i < 100 && i % 2 == 0)];
        double[] scores = [.. Enumerable.Range(0, 200).Select(i => i % 3 / 2.0)];
        var audit = FairnessAudit.Of(labels, scores, groups);
        var b = audit.Groups[1];
        Assert.True(b[GroupMetric.SelectionRate].IsDefined);
        Assert.False(b[GroupMetric.TruePositiveRate].IsDefined);
        Assert.Equal(0, b[GroupMetric.TruePositiveRate].Rows);
        Assert.True(double.IsNaN(audit.EqualOpportunityDifference) && double.IsNaN(audit.EqualizedOddsDifference));
        Assert.Null(audit[GroupMetric.TruePositiveRate].Lowest);
    }

    [Fact]
    public void The_worst_group_is_the_lowest_rate_or_the_highest_error()
    {
        string[] groups = [.. Enumerable.Range(0, 400).Select(i => i < 200 ? "served" : "missed")];
        bool[] labels = [.. Enumerable.Repeat(true, 400)];
        double[] scores = [.. Enumerable.Range(0, 400).Select(i => i < 200 || i % 2 == 0 ? 0.9 : 0.1)];
        var audit = FairnessAudit.Of(labels, scores, groups);
        Assert.Equal("missed", audit[GroupMetric.TruePositiveRate].WorstGroup);
        Assert.Equal("missed", audit[GroupMetric.FalseNegativeRate].WorstGroup);
        Assert.Equal((0.5, 0.5), (audit[GroupMetric.TruePositiveRate].Difference, audit[GroupMetric.TruePositiveRate].Ratio));
        Assert.Null(audit[GroupMetric.SelectionRate].WorstGroup);
    }

    [Fact]
    public void A_missing_group_is_a_group_and_weightless_rows_are_absent()
    {
        bool[] labels = [.. Enumerable.Range(0, 80).Select(i => i % 2 == 0)];
        double[] scores = [.. Enumerable.Range(0, 80).Select(i => i / 80.0)];
        string?[] groups = [.. Enumerable.Range(0, 80).Select(i => i < 40 ? null : "known")];
        double[] weights = [.. Enumerable.Range(0, 80).Select(i => i < 20 ? 0.0 : 1)];
        var audit = FairnessAudit.Of(labels, scores, groups, weights);
        Assert.Equal([("(missing)", 20), ("known", 40)], audit.Groups.Select(g => (g.Group, g.Rows)));
        Assert.Equal(60, audit.Overall.Rows);
    }

    [Fact]
    public void No_rows_give_no_groups_and_no_parity()
    {
        var audit = FairnessAudit.Of([], [], []);
        Assert.Empty(audit.Groups);
        Assert.True(double.IsNaN(audit.DemographicParityDifference));
    }

    [Fact]
    public void Bad_rows_are_refused_by_number()
    {
        var noScore = Assert.Throws<ArgumentException>(() => FairnessAudit.Of([true, true], [0.5, double.NaN], ["a", "a"]));
        Assert.Contains("Row 1", noScore.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => FairnessAudit.Of([true], [0.5], ["a", "b"]));
        Assert.Throws<ArgumentException>(() => FairnessAudit.Of([true], [0.5], ["a"], [-1]));
    }

    private static FairnessAudit Audit(JsonElement golden) => FairnessAudit.Of(
        golden.Booleans("labels"),
        golden.Doubles("scores"),
        [.. golden.GetProperty("groups").EnumerateArray().Select(g => g.GetString())],
        golden.Doubles("weights"),
        new FairnessOptions { Threshold = golden.Double("threshold") });
}
