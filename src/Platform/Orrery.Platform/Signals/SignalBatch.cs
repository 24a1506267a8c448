using System.Runtime.InteropServices;

namespace Orrery.Platform.Signals;

/// <summary>
/// Some records of a stream, column by column. Fill it row by row: <c>Add(time, id)</c>, then <c>Set</c> the other columns of that row;
/// a column that is not set is null. Not thread-safe while it is filled; afterwards it is only read, or cleared and filled again.
/// </summary>
public sealed class SignalBatch(SignalSchema schema)
{
    private readonly SignalColumnValues[] _columns = [.. schema.Columns.Select(c => new SignalColumnValues(c.Type))];

    /// <summary>What the columns are.</summary>
    public SignalSchema Schema { get; } = schema;

    /// <summary>How many records it holds.</summary>
    public int Count { get; private set; }

    /// <summary>The stream's number of the first record; set on batches that are read.</summary>
    public long FirstOffset { get; init; }

    /// <summary>Begins a record.</summary>
    public SignalBatch Add(DateTimeOffset time, string id)
    {
        Count++;
        foreach (var column in _columns)
            column.AddNull();
        _columns[0].SetInt64(Count - 1, ToMicroseconds(time));
        _columns[1].SetText(Count - 1, id);
        return this;
    }

    /// <summary>Empties it, to be filled again in the memory that it has. Not before an append of it has completed.</summary>
    public void Clear()
    {
        Count = 0;
        foreach (var column in _columns)
            column.Clear();
    }

    /// <summary>Adds records that are null in every column, for an adapter to fill; returns the row of the first.</summary>
    internal int Grow(int rows)
    {
        var first = Count;
        Count += rows;
        foreach (var column in _columns)
            column.Grow(rows);
        return first;
    }

    /// <summary>Sets a Text column of the record begun last; null leaves it null.</summary>
    public SignalBatch Set(int ordinal, string? value)
    {
        if (value is not null)
            _columns[ordinal].SetText(Count - 1, value);
        return this;
    }

    /// <summary>Sets a Float64 column of the record begun last.</summary>
    public SignalBatch Set(int ordinal, double? value)
    {
        if (value is { } number)
            _columns[ordinal].SetFloat64(Count - 1, number);
        return this;
    }

    /// <summary>Sets an Int64 column of the record begun last.</summary>
    public SignalBatch Set(int ordinal, long? value)
    {
        if (value is { } number)
            _columns[ordinal].SetInt64(Count - 1, number);
        return this;
    }

    /// <summary>Sets a Boolean column of the record begun last.</summary>
    public SignalBatch Set(int ordinal, bool? value)
    {
        if (value is { } flag)
            _columns[ordinal].SetInt64(Count - 1, flag ? 1 : 0);
        return this;
    }

    /// <summary>Sets a Timestamp column of the record begun last.</summary>
    public SignalBatch Set(int ordinal, DateTimeOffset? value)
    {
        if (value is { } time)
            _columns[ordinal].SetInt64(Count - 1, ToMicroseconds(time));
        return this;
    }

    /// <summary>The values of a column.</summary>
    public SignalColumnValues this[int ordinal] => _columns[ordinal];

    /// <summary>The values of a column by name.</summary>
    public SignalColumnValues this[string name] => _columns[Schema.Ordinal(name)];

    /// <summary>When record <paramref name="row"/> happened.</summary>
    public DateTimeOffset TimeAt(int row) => FromMicroseconds(_columns[0].Int64(row));

    /// <summary>What record <paramref name="row"/> is called.</summary>
    public string IdAt(int row) => _columns[1].Text(row);

    /// <summary>Microseconds since 1970 in UTC, rounded down, before 1970 too.</summary>
    public static long ToMicroseconds(DateTimeOffset time)
    {
        var (microseconds, rest) = Math.DivRem(time.UtcTicks - DateTimeOffset.UnixEpoch.Ticks, TimeSpan.TicksPerMicrosecond);
        return rest < 0 ? microseconds - 1 : microseconds;
    }

    /// <summary>The instant of so many microseconds since 1970.</summary>
    public static DateTimeOffset FromMicroseconds(long microseconds) => DateTimeOffset.UnixEpoch.AddTicks(microseconds * TimeSpan.TicksPerMicrosecond);
}

/// <summary>One column of a <see cref="SignalBatch"/>. Booleans are 0 and 1 and timestamps are microseconds, both read as Int64.</summary>
public sealed class SignalColumnValues
{
    private readonly SignalType _type;
    private readonly List<bool> _present = [];
    private readonly List<long> _bits = [];      // Int64, Boolean, Timestamp, and the bits of Float64
    private readonly List<string?> _texts = [];  // Text alone

    internal SignalColumnValues(SignalType type) => _type = type;

    /// <summary>What the values are.</summary>
    public SignalType Type => _type;

    /// <summary>Whether record <paramref name="row"/> has no value here.</summary>
    public bool IsNull(int row) => !_present[row];

    /// <summary>A Text value.</summary>
    public string Text(int row) => _texts[row] ?? throw Missing(row);

    /// <summary>A Float64 value.</summary>
    public double Float64(int row) => _present[row] ? BitConverter.Int64BitsToDouble(_bits[row]) : throw Missing(row);

    /// <summary>An Int64, Boolean or Timestamp value.</summary>
    public long Int64(int row) => _present[row] ? _bits[row] : throw Missing(row);

    /// <summary>A Boolean value.</summary>
    public bool Boolean(int row) => Int64(row) != 0;

    /// <summary>A Timestamp value.</summary>
    public DateTimeOffset Timestamp(int row) => SignalBatch.FromMicroseconds(Int64(row));

    internal Span<long> Bits => CollectionsMarshal.AsSpan(_bits);

    internal Span<bool> Present => CollectionsMarshal.AsSpan(_present);

    internal void Clear()
    {
        _present.Clear();
        _bits.Clear();
        _texts.Clear();
    }

    internal void AddNull()
    {
        _present.Add(false);
        if (_type == SignalType.Text)
            _texts.Add(null);
        else
            _bits.Add(0);
    }

    internal void Grow(int rows)
    {
        CollectionsMarshal.SetCount(_present, _present.Count + rows);
        Present[^rows..].Clear();
        if (_type == SignalType.Text)
        {
            CollectionsMarshal.SetCount(_texts, _texts.Count + rows);
            CollectionsMarshal.AsSpan(_texts)[^rows..].Clear();
        }
        else
        {
            CollectionsMarshal.SetCount(_bits, _bits.Count + rows);
            Bits[^rows..].Clear();
        }
    }

    /// <summary>Sets a value of any type but Text as the bits that <see cref="Bits"/> shows.</summary>
    internal void SetBits(int row, long bits)
    {
        _bits[row] = bits;
        _present[row] = true;
    }

    internal void SetText(int row, string value)
    {
        Expect(SignalType.Text);
        _texts[row] = value;
        _present[row] = true;
    }

    internal void SetFloat64(int row, double value)
    {
        Expect(SignalType.Float64);
        _bits[row] = BitConverter.DoubleToInt64Bits(value);
        _present[row] = true;
    }

    internal void SetInt64(int row, long value)
    {
        if (_type is SignalType.Text or SignalType.Float64)
            Expect(SignalType.Int64);
        _bits[row] = value;
        _present[row] = true;
    }

    private void Expect(SignalType type)
    {
        if (_type != type)
            throw new InvalidOperationException($"The column holds {_type}, not {type}.");
    }

    private InvalidOperationException Missing(int row) => new($"Record {row} has no {_type} value here; ask IsNull first.");
}
