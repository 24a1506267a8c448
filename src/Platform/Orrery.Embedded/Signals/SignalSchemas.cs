using Orrery.Embedded.Signals.Segments;
using Orrery.Kernel;
using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals;

/// <summary>The rules by which a stream's columns grow.</summary>
internal static class SignalSchemas
{
    /// <summary>Most columns of a stream: each costs memory in every batch that is read.</summary>
    private const int MaxColumns = 4096;

    /// <summary>Checks the columns of a stream that is made.</summary>
    public static void Check(string stream, SignalSchema schema)
    {
        if (schema.Columns.Count > MaxColumns)
            throw new InvalidException($"A stream has at most {MaxColumns} columns; '{stream}' would have {schema.Columns.Count}.");
        foreach (var column in schema.Columns)
        {
            if (column.Name.Length is 0 or > 256 || column.Name.Any(char.IsControl))
                throw new InvalidException($"A column's name is 1 to 256 characters; '{stream}' would have '{column.Name}'.");
            if (column.Name.Equals(SegmentColumns.Offset, StringComparison.OrdinalIgnoreCase))
                throw new InvalidException($"The column '{SegmentColumns.Offset}' numbers the records of every stream; call that of '{stream}' otherwise.");
        }
    }

    /// <summary>The columns of <paramref name="has"/> and then those that only <paramref name="wanted"/> has; <paramref name="has"/> itself where that is all.</summary>
    /// <exception cref="ConflictException">A column has two types.</exception>
    public static SignalSchema Union(string stream, SignalSchema has, SignalSchema wanted)
    {
        var added = new List<SignalColumn>();
        foreach (var column in wanted.Columns)
        {
            var ordinal = has.Find(column.Name);
            if (ordinal < 0)
                added.Add(column);
            else if (has.Columns[ordinal].Type != column.Type)
                throw new ConflictException($"The stream '{stream}' has the column '{column.Name}' as {has.Columns[ordinal].Type}; it cannot become {column.Type}. Use another name.");
        }

        if (added.Count == 0)
            return has;
        var union = new SignalSchema([.. has.Columns.Skip(2), .. added]);
        Check(stream, union);
        return union;
    }

    /// <summary>Checks that a batch has no column that the stream lacks.</summary>
    public static void CheckFits(string stream, SignalSchema has, SignalSchema batch)
    {
        if (!ReferenceEquals(has, batch) && !ReferenceEquals(Union(stream, has, batch), has))
            throw new InvalidException($"The batch has columns that the stream '{stream}' lacks; open the stream with them first. It has {string.Join(", ", has.Columns.Select(c => c.Name))}.");
    }
}
