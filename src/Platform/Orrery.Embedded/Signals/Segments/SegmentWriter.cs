using System.Runtime.InteropServices;
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
            foreach (var frames in RowGroups(tail))
            {
                using var rows = new TailColumns(tail, frames.Span);
                using var group = file.AppendRowGroup();
                var buffers = new Buffers(rows.Rows);
                WriteOffsets(group, first, buffers);
                foreach (var column in tail.Schema.Columns)
                    WriteColumn(group, column, rows, buffers);
                first += rows.Rows;
            }

            file.Close();
        }

        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.ReadWrite);
        RandomAccess.FlushToDisk(handle);
    }

    private static IEnumerable<ReadOnlyMemory<Frame>> RowGroups(TailFile tail)
    {
        var frames = tail.Frames(tail.First);
        for (var start = 0; start < frames.Length;)
        {
            var (end, rows) = (start, 0);
            while (end < frames.Length && rows < RowGroupRows)
                rows += frames[end++].Rows;
            yield return frames.AsMemory(start..end);
            start = end;
        }
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

    private static void WriteOffsets(RowGroupWriter group, long first, Buffers buffers)
    {
        var offsets = buffers.Bits.AsSpan();
        for (var i = 0; i < offsets.Length; i++)
            offsets[i] = first + i;
        using var writer = (ColumnWriter<long>)group.NextColumn();
        writer.WriteBatch(offsets);
    }

    // Parquet wants the values that are there, dense, and for each row a definition level that says whether it has one.
    private static void WriteColumn(RowGroupWriter group, SignalColumn column, TailColumns rows, Buffers buffers)
    {
        using var writer = group.NextColumn();
        var levels = buffers.Levels.AsSpan();
        var present = rows.Begin(levels);
        if (writer is ColumnWriter<ByteArray> texts)
        {
            var values = buffers.Texts.AsSpan(0, present);
            rows.ReadTexts(values);
            texts.WriteBatch(levels.Length, levels, [], values);
            return;
        }

        var bits = buffers.Bits.AsSpan(0, present);
        rows.ReadBits(bits);
        switch (writer)
        {
            case ColumnWriter<double> numbers:
                numbers.WriteBatch(levels.Length, levels, [], MemoryMarshal.Cast<long, double>(bits));
                break;
            case ColumnWriter<bool> flags:
                flags.WriteBatch(levels.Length, levels, [], Array.ConvertAll(bits.ToArray(), bit => bit != 0));
                break;
            case ColumnWriter<long> integers when SegmentColumns.IsRequired(column):
                integers.WriteBatch(bits);
                break;
            case ColumnWriter<long> integers:
                integers.WriteBatch(levels.Length, levels, [], bits);
                break;
        }
    }

    /// <summary>Room for one column, used for all of a row group.</summary>
    private sealed class Buffers(int rows)
    {
        public short[] Levels { get; } = new short[rows];

        public long[] Bits { get; } = new long[rows];

        public ByteArray[] Texts { get; } = new ByteArray[rows];
    }
}
