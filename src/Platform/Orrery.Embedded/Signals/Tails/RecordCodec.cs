using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals.Tails;

/// <summary>
/// The payload of a record: the rows of one commit, column by column in the order of the tail's schema. A column begins with how many of its
/// values are there; bits of presence follow only where some but not all are.
/// </summary>
internal static class RecordCodec
{
    public const byte NonePresent = 0;
    public const byte AllPresent = 1;
    public const byte SomePresent = 2;

    /// <summary>Appends the rows of the batches, one batch after the other; a column that a batch lacks is null in its rows.</summary>
    public static void Encode(PayloadWriter target, SignalSchema schema, IReadOnlyList<SignalBatch> batches)
    {
        var rows = batches.Sum(b => b.Count);
        target.Int32(rows);
        var present = new bool[rows];
        foreach (var column in schema.Columns)
        {
            var parts = batches.Select(b => b.Schema.Find(column.Name) is >= 0 and var ordinal ? b[ordinal] : null).ToArray();
            EncodePresence(target, batches, parts, present);
            for (var i = 0; i < parts.Length; i++)
            {
                if (parts[i] is { } values)
                    EncodeValues(target, values, batches[i].Count);
            }
        }
    }

    /// <summary>Appends the rows from <paramref name="skip"/> on to <paramref name="target"/>, whose schema begins with the record's columns.</summary>
    public static void Decode(ReadOnlySpan<byte> payload, int columns, int skip, SignalBatch target)
    {
        var reader = new PayloadReader(payload);
        var rows = reader.Int32();
        var start = target.Grow(rows - skip) - skip;
        for (var c = 0; c < columns; c++)
        {
            var kind = reader.Byte();
            var bits = kind == SomePresent ? reader.Take((rows + 7) / 8) : default;
            if (kind == NonePresent)
                continue;
            var values = target[c];
            for (var row = 0; row < rows; row++)
            {
                if (kind == SomePresent && (bits[row >> 3] & (1 << (row & 7))) == 0)
                    continue;
                if (values.Type == SignalType.Text)
                    DecodeText(ref reader, values, start + row, row >= skip);
                else if (reader.Int64() is var value && row >= skip)
                    values.SetBits(start + row, value);
            }
        }
    }

    private static void DecodeText(ref PayloadReader reader, SignalColumnValues values, int row, bool wanted)
    {
        if (wanted)
            values.SetText(row, reader.Text());
        else
            reader.Take(reader.Int32());
    }

    private static void EncodePresence(PayloadWriter target, IReadOnlyList<SignalBatch> batches, SignalColumnValues?[] parts, bool[] present)
    {
        var row = 0;
        for (var i = 0; i < parts.Length; i++)
        {
            var span = present.AsSpan(row, batches[i].Count);
            if (parts[i] is { } values)
                values.Present.CopyTo(span);
            else
                span.Clear();
            row += span.Length;
        }

        var count = present.AsSpan().Count(true);
        target.Byte(count == 0 ? NonePresent : count == present.Length ? AllPresent : SomePresent);
        if (count == 0 || count == present.Length)
            return;
        var bits = target.Take((present.Length + 7) / 8);
        for (row = 0; row < present.Length; row++)
        {
            if (present[row])
                bits[row >> 3] |= (byte)(1 << (row & 7));
        }
    }

    private static void EncodeValues(PayloadWriter target, SignalColumnValues values, int rows)
    {
        var present = values.Present;
        for (var row = 0; row < rows; row++)
        {
            if (!present[row])
                continue;
            if (values.Type == SignalType.Text)
                target.Text(values.Text(row));
            else
                target.Int64(values.Bits[row]);
        }
    }
}
