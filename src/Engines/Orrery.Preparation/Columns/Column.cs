namespace Orrery.Preparation.Columns;

/// <summary>How the values of a column flow through the graph, in memory and in ONNX.</summary>
internal enum ValueKind
{
    /// <summary>float; missing is NaN.</summary>
    Number,
    /// <summary>int64; missing is <see cref="Missing.Integer"/>.</summary>
    Integer,
    /// <summary>string; missing is empty.</summary>
    Text,
}

/// <summary>How a missing value is written where the type has no NaN.</summary>
internal static class Missing
{
    public const long Integer = long.MinValue;
    public const string Text = "";
}

/// <summary>The values of one column, one of the three kinds: a view of rented memory.</summary>
internal abstract class Column(int length)
{
    public int Length { get; } = length;

    public abstract ValueKind Kind { get; }

    /// <summary>A view of some of the rows.</summary>
    public abstract Column Slice(int start, int length);
}

internal sealed class NumberColumn(Memory<float> values) : Column(values.Length)
{
    public override ValueKind Kind => ValueKind.Number;

    public Span<float> Values => values.Span;

    public override Column Slice(int start, int length) => new NumberColumn(values.Slice(start, length));
}

internal sealed class IntegerColumn(Memory<long> values) : Column(values.Length)
{
    public override ValueKind Kind => ValueKind.Integer;

    public Span<long> Values => values.Span;

    public override Column Slice(int start, int length) => new IntegerColumn(values.Slice(start, length));
}

/// <summary>
/// Text as codes into the distinct values that occur, so that an operator looks up each distinct value once and no cell allocates.
/// A missing value is the code whose text is empty.
/// </summary>
internal sealed class TextColumn(Memory<int> codes, IReadOnlyList<string> distinct) : Column(codes.Length)
{
    public override ValueKind Kind => ValueKind.Text;

    public Span<int> Codes => codes.Span;

    public IReadOnlyList<string> Distinct { get; } = distinct;

    public override Column Slice(int start, int length) => new TextColumn(codes.Slice(start, length), Distinct);

    /// <summary>The same rows with every distinct text replaced. Two texts may become one: equal text under two codes is allowed.</summary>
    public TextColumn Renamed(Func<string, string> rename) => new(codes, [.. Distinct.Select(rename)]);
}
