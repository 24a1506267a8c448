using GraphQLParser;
using Orrery.Protocols.Mlflow.GraphQl;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.GraphQl;

public sealed class QueryLimitsTests
{
    [Fact]
    public void A_query_within_all_bounds_passes() =>
        Assert.Null(Check($"{{ {Many(10, i => $"a{i}: test {{ output }}")} }}"));

    [Fact]
    public void Root_fields_are_bounded() =>
        Assert.Contains("at most 10 root fields, got 11", Check($"{{ {Many(11, i => $"a{i}: test {{ output }}")} }}"), StringComparison.Ordinal);

    [Fact]
    public void Root_fields_of_a_fragment_count() =>
        Assert.Contains("got 11 root fields", Check($"{{ ...f }} fragment f on Query {{ {Many(11, i => $"a{i}: test {{ output }}")} }}"), StringComparison.Ordinal);

    [Fact]
    public void Aliases_of_one_level_are_bounded() =>
        Assert.Contains("at most 10 aliases, got 11", Check($"{{ test {{ {Many(11, i => $"a{i}: output")} }} }}"), StringComparison.Ordinal);

    [Fact]
    public void Depth_is_bounded_through_fragments()
    {
        Assert.Null(Check(Deep(9)));
        Assert.Equal("Query exceeds maximum depth of 10", Check(Deep(10)));
        Assert.Equal("Query exceeds maximum depth of 10", Check($"{{ x {{ x {{ ...f }} }} }} fragment f on X {Deep(8)}"));
    }

    [Fact]
    public void Fragments_that_double_are_counted_as_often_as_they_stand()
    {
        // 2^30 fields in a kilobyte
        var bomb = "{ ...f0 } " + Many(30, i => $"fragment f{i} on X {{ ...f{i + 1} ...f{i + 1} }}") + " fragment f30 on X { x }";
        Assert.Equal("Query exceeds maximum total selections of 1000", Check(bomb));
    }

    [Fact]
    public void Introspection_may_be_deep_but_not_multiply()
    {
        Assert.Null(Check("{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } } } } }"));
        Assert.Contains("nests more than 3 lists", Check("{ __schema { types { fields { type { fields { type { fields { type { fields { name } } } } } } } } } }"), StringComparison.Ordinal);
    }

    private static string? Check(string query) => QueryLimits.Check(Parser.Parse(query));

    private static string Deep(int levels) => string.Concat(Enumerable.Repeat("{ x ", levels)) + "{ x " + string.Concat(Enumerable.Repeat("}", levels + 1));

    private static string Many(int count, Func<int, string> part) => string.Join(' ', Enumerable.Range(0, count).Select(part));
}
