using Orrery.Data.Ingestion;

namespace Orrery.Data.Reading;

/// <summary>What is wrong with a record as a whole.</summary>
/// <param name="Reason">The kind of defect.</param>
/// <param name="Detail">For a person: what was expected, what came.</param>
internal readonly record struct RecordDefect(QuarantineReason Reason, string Detail);

/// <summary>
/// Reads the records of a text file one after the other, in bounded memory, and keeps count of lines. A record that cannot be read is handed out with its
/// defect; reading goes on behind it.
/// </summary>
internal abstract class RecordReader
{
    /// <summary>Bytes of a defective record that are kept for people to look at.</summary>
    public const int RawBytes = 4096;

    /// <summary>The names of the columns, in the file's order.</summary>
    public abstract IReadOnlyList<string> Columns { get; }

    /// <summary>The number of the current record, from 1 on, the header not counted.</summary>
    public long Row { get; protected set; }

    /// <summary>The line on which the current record begins, from 1 on; null where the layout has none that mean anything.</summary>
    public abstract long? Line { get; }

    /// <summary>What is wrong with the current record; null where it can be used.</summary>
    public RecordDefect? Defect { get; protected set; }

    /// <summary>Goes to the next record; false at the end.</summary>
    public abstract bool Read();

    /// <summary>The text of a column in the current record; null where it has no value.</summary>
    public abstract string? Value(int column);

    /// <summary>The beginning of the current record as it stands in the file.</summary>
    public abstract string Raw { get; }
}
