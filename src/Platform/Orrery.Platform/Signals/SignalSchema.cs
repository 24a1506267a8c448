using Orrery.Kernel;

namespace Orrery.Platform.Signals;

/// <summary>The type of a signal's column.</summary>
public enum SignalType
{
    /// <summary>UTF-8 text.</summary>
    Text,
    /// <summary>A 64-bit float; null and NaN are different things.</summary>
    Float64,
    /// <summary>A 64-bit integer.</summary>
    Int64,
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>An instant, kept as microseconds since 1970 in UTC.</summary>
    Timestamp,
}

/// <summary>A column of a signal stream.</summary>
public sealed record SignalColumn(string Name, SignalType Type);

/// <summary>
/// The columns of a signal stream. The first two are always <c>time</c> (when it happened, Timestamp) and <c>id</c> (Text). A stream may
/// gain columns, which read as null in older records; it never loses one or changes a type.
/// </summary>
public sealed class SignalSchema
{
    /// <summary>When it happened.</summary>
    public const string Time = "time";

    /// <summary>What the record is called, unique where the stream says so.</summary>
    public const string Id = "id";

    private readonly Dictionary<string, int> _ordinals;

    /// <summary>A schema of <c>time</c>, <c>id</c> and the given columns.</summary>
    public SignalSchema(params IEnumerable<SignalColumn> columns)
    {
        Columns = [new(Time, SignalType.Timestamp), new(Id, SignalType.Text), .. columns];
        _ordinals = new(StringComparer.Ordinal);
        for (var i = 0; i < Columns.Count; i++)
        {
            if (!_ordinals.TryAdd(Columns[i].Name, i))
                throw new ArgumentException($"The column '{Columns[i].Name}' is there twice.", nameof(columns));
        }
    }

    /// <summary>All columns, <c>time</c> and <c>id</c> first.</summary>
    public IReadOnlyList<SignalColumn> Columns { get; }

    /// <summary>The position of a column.</summary>
    /// <exception cref="NotFoundException">There is no such column.</exception>
    public int Ordinal(string name) => _ordinals.TryGetValue(name, out var ordinal)
        ? ordinal
        : throw new NotFoundException($"The stream has no column '{name}'; it has {string.Join(", ", Columns.Select(c => c.Name))}.");

    /// <summary>The position of a column, or -1.</summary>
    public int Find(string name) => _ordinals.GetValueOrDefault(name, -1);
}
