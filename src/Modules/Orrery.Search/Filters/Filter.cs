using Orrery.Search.Points;

namespace Orrery.Search.Filters;

/// <summary>
/// Lets points through: all of <see cref="Must"/>, at least one of <see cref="Should"/>, none of <see cref="MustNot"/>, and as many as it says of
/// <see cref="MinShould"/>. What is empty asks for nothing.
/// </summary>
public sealed record Filter
{
    /// <summary>Filters within filters go no deeper: each level is a call on the stack.</summary>
    public const int MaxDepth = 64;

    /// <summary>All of them.</summary>
    public IReadOnlyList<Condition> Must { get; init; } = [];

    /// <summary>One of them at least.</summary>
    public IReadOnlyList<Condition> Should { get; init; } = [];

    /// <summary>None of them.</summary>
    public IReadOnlyList<Condition> MustNot { get; init; } = [];

    /// <summary>A number of them at least.</summary>
    public MinShould? MinShould { get; init; }

    /// <summary>Both filters.</summary>
    public static Filter? And(Filter? one, Filter? other) =>
        one is null ? other : other is null ? one : new() { Must = [new SubFilter(one), new SubFilter(other)] };

    /// <summary>The filter without some points.</summary>
    public static Filter? Without(Filter? filter, IReadOnlyCollection<PointId> ids) =>
        ids.Count == 0 ? filter : And(filter, new() { MustNot = [new HasId(ids.ToHashSet())] });
}

/// <summary>At least <paramref name="Count"/> of the conditions.</summary>
public sealed record MinShould(IReadOnlyList<Condition> Conditions, int Count);

/// <summary>Something that holds of a point or does not.</summary>
public abstract record Condition;

/// <summary>The values at a path pass one of the tests.</summary>
public sealed record FieldCondition(PayloadPath Path, IReadOnlyList<FieldTest> Tests) : Condition;

/// <summary>There is nothing at the path: no value, null, or an empty array.</summary>
public sealed record IsEmpty(PayloadPath Path) : Condition;

/// <summary>There is a null at the path.</summary>
public sealed record IsNull(PayloadPath Path) : Condition;

/// <summary>The point is one of these.</summary>
public sealed record HasId(IReadOnlySet<PointId> Ids) : Condition;

/// <summary>The point has a vector of that name.</summary>
public sealed record HasVector(string Name) : Condition;

/// <summary>One element of the array at the path passes the whole filter, whose paths start at the element.</summary>
public sealed record Nested(PayloadPath Path, Filter Filter) : Condition;

/// <summary>A filter as a condition.</summary>
public sealed record SubFilter(Filter Filter) : Condition;

/// <summary>One of several parts into which the points are divided by a hash of their ids; the parts are about of one size.</summary>
public sealed record IdSlice(int Part, int Parts) : Condition;
