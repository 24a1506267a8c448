using Orrery.Kernel;
using Orrery.Ledger.Runs.Search;
using Orrery.Ledger.Search;
using Xunit;

namespace Orrery.Ledger.Tests.Search;

public sealed class FilterParserTests
{
    [Theory]
    [InlineData("metrics.auc > 0.9", SearchSubject.Metric, "auc", Comparator.Greater)]
    [InlineData("metric.`val auc`>=.5", SearchSubject.Metric, "val auc", Comparator.GreaterOrEqual)]
    [InlineData("metrics.\"a.b\" != -1e-5", SearchSubject.Metric, "a.b", Comparator.NotEqual)]
    [InlineData("`metrics`.`x` < 3", SearchSubject.Metric, "x", Comparator.Less)]
    [InlineData("metrics.val/loss <= 3", SearchSubject.Metric, "val/loss", Comparator.LessOrEqual)]
    [InlineData("params.lr = '0.1'", SearchSubject.Parameter, "lr", Comparator.Equal)]
    [InlineData("parameter.lr LIKE \"0.%\"", SearchSubject.Parameter, "lr", Comparator.Like)]
    [InlineData("tags.mlflow.source.type = 'LOCAL'", SearchSubject.Tag, "mlflow.source.type", Comparator.Equal)]
    [InlineData("tag.team ilike '%ops%'", SearchSubject.Tag, "team", Comparator.LikeAnyCase)]
    [InlineData("tags.team IS NOT NULL", SearchSubject.Tag, "team", Comparator.IsNotNull)]
    [InlineData("metrics.auc is null", SearchSubject.Metric, "auc", Comparator.IsNull)]
    [InlineData("status = 'FINISHED'", SearchSubject.Attribute, "status", Comparator.Equal)]
    [InlineData("attributes.`Run name` = 'x'", SearchSubject.Attribute, "run_name", Comparator.Equal)]
    [InlineData("attr.created > 5", SearchSubject.Attribute, "start_time", Comparator.Greater)]
    [InlineData("attribute.run_id NOT IN ('a','b')", SearchSubject.Attribute, "run_id", Comparator.NotIn)]
    [InlineData("datasets.digest IN ('a')", SearchSubject.Dataset, "digest", Comparator.In)]
    internal void A_condition_is_read(string filter, SearchSubject subject, string key, Comparator comparator)
    {
        var comparison = Assert.Single(FilterParser.Parse(RunVocabulary.Words, filter));
        Assert.Equal((subject, key, comparator), (comparison.Field.Subject, comparison.Field.Key, comparison.Comparator));
    }

    [Fact]
    public void Conditions_are_joined_and_a_doubled_quote_stands_for_one()
    {
        var filter = FilterParser.Parse(RunVocabulary.Words, " metrics.a > 1 and params.b = 'it''s' AND tags.`c``d` = \"AND\" ");
        Assert.Equal(["a", "b", "c`d"], filter.Select(comparison => comparison.Field.Key));
        Assert.Equal("it's", filter[1].Text);
        Assert.Equal("AND", filter[2].Text);
        Assert.Empty(FilterParser.Parse(RunVocabulary.Words, "  "));
    }

    [Theory]
    [InlineData("metrics.auc > 'x'", 15)]
    [InlineData("metrics.auc >> 1", 14)]
    [InlineData("metrics.auc LIKE 'x'", 13)]
    [InlineData("metrics.auc", 12)]
    [InlineData("params.lr = 5", 13)]
    [InlineData("params.lr > '5'", 11)]
    [InlineData("params.lr = '5", 13)]
    [InlineData("params.lr = '5' OR params.lr = '6'", 17)]
    [InlineData("params.lr = '5' AND", 20)]
    [InlineData("nothing.lr = '5'", 1)]
    [InlineData("flavour = '5'", 1)]
    [InlineData("dataset.colour = '5'", 1)]
    [InlineData("tags. = '5'", 5)]
    [InlineData("run_id IN 'a'", 11)]
    [InlineData("run_id IN ('a' 'b')", 16)]
    [InlineData("run_id NOT 'a'", 12)]
    [InlineData("(metrics.a > 1)", 1)]
    [InlineData("metrics.a > 1; DROP TABLE runs", 13)]
    [InlineData("metrics.a ! 1", 11)]
    public void A_fault_is_told_with_its_place(string filter, int position)
    {
        var refusal = Assert.Throws<InvalidException>(() => FilterParser.Parse(RunVocabulary.Words, filter));
        Assert.Contains($"(at position {position} of the filter)", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_filter_bomb_is_refused_before_it_is_read()
    {
        Assert.Throws<InvalidException>(() => FilterParser.Parse(RunVocabulary.Words, new string('(', 100_000)));
        Assert.Throws<InvalidException>(() => FilterParser.Parse(RunVocabulary.Words, string.Join(" AND ", Enumerable.Repeat("metrics.a > 1", 101))));
        Assert.Throws<InvalidException>(() => FilterParser.Parse(RunVocabulary.Words, $"run_id IN ({string.Join(',', Enumerable.Repeat("'a'", 1001))})"));
        Assert.Throws<InvalidException>(() => FilterParser.Parse(RunVocabulary.Words, $"tags.a LIKE '{new string('%', 1001)}'"));
    }

    [Theory]
    [InlineData("metrics.auc DESC", "auc", true)]
    [InlineData("metrics.`val auc` asc", "val auc", false)]
    [InlineData("start_time", "start_time", false)]
    [InlineData("tags.\"a b\" desc", "a b", true)]
    public void A_clause_of_an_order_is_read(string clause, string key, bool descending)
    {
        var sort = FilterParser.ParseOrder(RunVocabulary.Words, clause);
        Assert.Equal((key, descending), (sort.Field.Key, sort.Descending));
    }

    [Theory]
    [InlineData("metrics.auc DOWN")]
    [InlineData("metrics.auc DESC, x")]
    [InlineData("")]
    [InlineData("colour")]
    public void A_wrong_order_names_the_clause(string clause)
    {
        var refusal = Assert.Throws<InvalidException>(() => FilterParser.ParseOrder(RunVocabulary.Words, clause));
        Assert.StartsWith($"Invalid order_by clause '{clause}'", refusal.Message, StringComparison.Ordinal);
    }
}
