using Orrery.Platform.Signals;
using ParquetSharp;

namespace Orrery.Embedded.Signals.Segments;

/// <summary>Reads the rows of a segment back, in batches. A column that the segment does not have yet is null.</summary>
internal static class SegmentReader
{
    private const int BatchRows = 8192;

    /// <summary>The rows from offset <paramref name="from"/> on.</summary>
    public static IEnumerable<SignalBatch> Read(Segment segment, SignalSchema schema, long from)
    {
        using var file = new ParquetFileReader(segment.Path);
        var next = segment.First;
        for (var g = 0; g < file.FileMetaData.NumRowGroups; g++)
        {
            using var group = file.RowGroup(g);
            var rows = group.MetaData.NumRows;
            var skip = Math.Clamp(from - next, 0, rows);
            if (skip < rows)
            {
                foreach (var batch in Read(file, group, schema, next + skip, skip, rows))
                    yield return batch;
            }

            next += rows;
        }
    }

    private static IEnumerable<SignalBatch> Read(ParquetFileReader file, RowGroupReader group, SignalSchema schema, long first, long skip, long rows)
    {
        var columns = Columns(file, group, schema);
        try
        {
            foreach (var (_, reader) in columns)
                reader.Skip(skip);
            while (skip < rows)
            {
                var count = (int)Math.Min(BatchRows, rows - skip);
                var batch = new SignalBatch(schema) { FirstOffset = first };
                batch.Grow(count);
                foreach (var (ordinal, reader) in columns)
                    ReadColumn(reader, batch[ordinal], count);
                yield return batch;
                first += count;
                skip += count;
            }
        }
        finally
        {
            foreach (var (_, reader) in columns)
                reader.Dispose();
        }
    }

    /// <summary>The readers of those columns that the stream has, which is all but the offset.</summary>
    private static List<(int Ordinal, ColumnReader Reader)> Columns(ParquetFileReader file, RowGroupReader group, SignalSchema schema)
    {
        var columns = new List<(int, ColumnReader)>();
        for (var i = 0; i < file.FileMetaData.NumColumns; i++)
        {
            if (schema.Find(file.FileMetaData.Schema.Column(i).Path.ToDotString()) is >= 0 and var ordinal)
                columns.Add((ordinal, group.Column(i)));
        }

        return columns;
    }

    private static void ReadColumn(ColumnReader reader, SignalColumnValues values, int count)
    {
        switch (reader)
        {
            case ColumnReader<ByteArray> texts:
                ReadTexts(texts, values, count);
                break;
            case ColumnReader<double> numbers:
                Read(numbers, values, count, static value => BitConverter.DoubleToInt64Bits(value));
                break;
            case ColumnReader<bool> flags:
                Read(flags, values, count, static value => value ? 1L : 0L);
                break;
            case ColumnReader<long> integers:
                Read(integers, values, count, static value => value);
                break;
        }
    }

    private static void Read<T>(ColumnReader<T> reader, SignalColumnValues values, int count, Func<T, long> convert) where T : unmanaged
    {
        var dense = new T[count];
        ReadPresent(reader, dense, count, (row, value) => values.SetBits(row, convert(value)));
    }

    private static unsafe void ReadTexts(ColumnReader<ByteArray> reader, SignalColumnValues values, int count)
    {
        var dense = new ByteArray[count];
        ReadPresent(reader, dense, count, (row, value) =>
            values.SetText(row, System.Text.Encoding.UTF8.GetString(new ReadOnlySpan<byte>((void*)value.Pointer, value.Length))));
    }

    /// <summary>A call reads at most to the end of a page, and its values are gone at the next call.</summary>
    private static void ReadPresent<T>(ColumnReader<T> reader, T[] dense, int count, Action<int, T> set) where T : unmanaged
    {
        var optional = reader.ColumnDescriptor.MaxDefinitionLevel > 0;
        var levels = new short[count];
        for (var row = 0; row < count;)
        {
            var read = (int)reader.ReadBatch(count - row, levels, [], dense, out var present);
            for (int i = 0, at = 0; i < read; i++)
            {
                if (!optional || levels[i] == 1)
                    set(row + i, dense[at++]);
            }

            row += read;
        }
    }
}
