using Orrery.Embedded.Signals.Tails;
using Orrery.Platform.Signals;
using ParquetSharp;

namespace Orrery.Embedded.Signals.Segments;

/// <summary>Writes the rows of a tail as one Parquet file, through Parquet's physical types: no value passes a conversion.</summary>
internal static class SegmentWriter
{
    /// <summary>Rows of a row group: what a tail holds when it is rolled, so a segment usually has one.</summary>
    private const int RowGroupRows = 64 * 1024;

    /// <summary>Writes and flushes the file.</summary>
    public static void Write(string path, TailFile tail)
    {
        using (var properties = Properties())
        using (var file = new ParquetFileWriter(path, SegmentColumns.Of(tail.Schema), properties))
        {
            var first = tail.First;
            foreach (var rows in RowGroups(tail))
            {
                using var group = file.AppendRowGroup();
                WriteOffsets(group, first, rows.Count);
                for (var i = 0; i < rows.Schema.Columns.Count; i++)
                    WriteColumn(group, rows.Schema.Columns[i], rows[i], rows.Count);
                first += rows.Count;
            }

            file.Close();
        }

        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    private static IEnumerable<SignalBatch> RowGroups(TailFile tail)
    {
        var rows = new SignalBatch(tail.Schema);
        foreach (var frame in tail.Frames(tail.First))
        {
            tail.Read(frame, frame.First, rows);
            if (rows.Count < RowGroupRows)
                continue;
            yield return rows;
            rows = new SignalBatch(tail.Schema);
        }

        if (rows.Count > 0)
            yield return rows;
    }

    private static WriterProperties Properties()
    {
        using var builder = new WriterPropertiesBuilder();
        return builder
            .Compression(Compression.Zstd)
            .CreatedBy("Orrery")
            .DisableDictionary(SegmentColumns.Offset).Encoding(SegmentColumns.Offset, ParquetSharp.Encoding.DeltaBinaryPacked)
            .DisableDictionary(SignalSchema.Time).Encoding(SignalSchema.Time, ParquetSharp.Encoding.DeltaBinaryPacked)
            .DisableDictionary(SignalSchema.Id) // Mostly unique: a dictionary would hold every value.
            .EnablePageChecksum()
            .Build();
    }

    private static void WriteOffsets(RowGroupWriter group, long first, int rows)
    {
        var offsets = new long[rows];
        for (var i = 0; i < rows; i++)
            offsets[i] = first + i;
        using var writer = (ColumnWriter<long>)group.NextColumn();
        writer.WriteBatch(offsets);
    }

    private static void WriteColumn(RowGroupWriter group, SignalColumn column, SignalColumnValues values, int rows)
    {
        using var writer = group.NextColumn();
        var levels = new short[rows];
        var present = 0;
        for (var i = 0; i < rows; i++)
        {
            if (values.IsNull(i))
                continue;
            levels[i] = 1;
            present++;
        }

        switch (writer)
        {
            case ColumnWriter<ByteArray> texts:
                WriteTexts(texts, values, levels, present);
                break;
            case ColumnWriter<double> numbers:
                Write(numbers, levels, present, values, static bits => BitConverter.Int64BitsToDouble(bits));
                break;
            case ColumnWriter<bool> flags:
                Write(flags, levels, present, values, static bits => bits != 0);
                break;
            case ColumnWriter<long> integers when SegmentColumns.IsRequired(column):
                integers.WriteBatch(values.Bits);
                break;
            case ColumnWriter<long> integers:
                Write(integers, levels, present, values, static bits => bits);
                break;
        }
    }

    /// <summary>Parquet wants the values that are there, dense, and for each row a definition level that says whether it has one.</summary>
    private static void Write<T>(ColumnWriter<T> writer, short[] levels, int present, SignalColumnValues values, Func<long, T> convert) where T : unmanaged
    {
        var dense = new T[present];
        for (int row = 0, at = 0; row < levels.Length; row++)
        {
            if (levels[row] == 1)
                dense[at++] = convert(values.Bits[row]);
        }

        writer.WriteBatch(levels.Length, levels, [], dense);
    }

    private static unsafe void WriteTexts(ColumnWriter<ByteArray> writer, SignalColumnValues values, short[] levels, int present)
    {
        var bytes = new byte[Bytes(values, levels)];
        var dense = new ByteArray[present];
        fixed (byte* start = bytes)
        {
            for (int row = 0, at = 0, position = 0; row < levels.Length; row++)
            {
                if (levels[row] == 0)
                    continue;
                var length = System.Text.Encoding.UTF8.GetBytes(values.Text(row), bytes.AsSpan(position));
                dense[at++] = new((nint)(start + position), length);
                position += length;
            }

            writer.WriteBatch(levels.Length, levels, [], dense);
        }
    }

    private static int Bytes(SignalColumnValues values, short[] levels)
    {
        var bytes = 0;
        for (var row = 0; row < levels.Length; row++)
        {
            if (levels[row] == 1)
                bytes = checked(bytes + System.Text.Encoding.UTF8.GetByteCount(values.Text(row)));
        }

        return bytes;
    }
}
