using System.Buffers.Binary;
using System.Runtime.InteropServices;
using ParquetSharp;

namespace Orrery.Embedded.Signals.Tails;

/// <summary>
/// Some records of a tail, read column by column, as they lie in the file: numbers are copied as blocks, texts are not copied at all. A tail becomes Parquet
/// this way: through a <see cref="Platform.Signals.SignalBatch"/> each segment left large objects behind, and with them a collection of all generations.
/// </summary>
/// <remarks>Not thread-safe. For each column of the schema, in order: <see cref="Begin"/>, then at most one of the two reads.</remarks>
internal sealed unsafe class TailColumns : IDisposable
{
    private readonly byte* _payloads;
    private readonly Part[] _parts;

    public TailColumns(TailFile tail, ReadOnlySpan<Frame> frames)
    {
        var bytes = 0L;
        foreach (var frame in frames)
            bytes += frame.Length;
        _payloads = (byte*)NativeMemory.Alloc((nuint)Math.Max(1, bytes));
        _parts = new Part[frames.Length];
        try
        {
            var at = _payloads;
            for (var i = 0; i < frames.Length; i++)
            {
                tail.Read(frames[i], new Span<byte>(at, frames[i].Length));
                _parts[i] = new(at, frames[i].Length, frames[i].Rows);
                Rows += frames[i].Rows;
                at += frames[i].Length;
            }
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>How many rows the records have together.</summary>
    public int Rows { get; }

    /// <summary>Goes to the next column and says of each row whether it has a value (1) or not (0).</summary>
    /// <returns>How many have one.</returns>
    public int Begin(Span<short> levels)
    {
        var (present, row) = (0, 0);
        foreach (ref var part in _parts.AsSpan())
        {
            part.Begin(levels.Slice(row, part.Rows));
            present += part.Present;
            row += part.Rows;
        }

        return present;
    }

    /// <summary>The column's values that are there, of any type but text, as their bits.</summary>
    public void ReadBits(Span<long> values)
    {
        var at = 0;
        foreach (ref var part in _parts.AsSpan())
        {
            part.Take(part.Present * sizeof(long)).CopyTo(MemoryMarshal.AsBytes(values.Slice(at, part.Present)));
            at += part.Present;
        }
    }

    /// <summary>The column's texts that are there, in place: valid until this is disposed.</summary>
    public void ReadTexts(Span<ByteArray> values)
    {
        var at = 0;
        foreach (ref var part in _parts.AsSpan())
        {
            for (var i = 0; i < part.Present; i++)
            {
                var text = part.Take(BinaryPrimitives.ReadInt32LittleEndian(part.Take(sizeof(int))));
                fixed (byte* start = text) // Native memory, which does not move.
                    values[at++] = new((nint)start, text.Length);
            }
        }
    }

    public void Dispose() => NativeMemory.Free(_payloads);

    /// <summary>One record, and how far it is read. Taking more than there is throws: the checksum was right, so the format is not ours.</summary>
    private struct Part(byte* start, int length, int rows)
    {
        private int _at = sizeof(int); // After the number of rows, which the frame knows.

        public readonly int Rows => rows;

        /// <summary>Values of the column that was begun last.</summary>
        public int Present { get; private set; }

        public void Begin(Span<short> levels)
        {
            switch (Take(1)[0])
            {
                case RecordCodec.NonePresent:
                    levels.Clear();
                    Present = 0;
                    break;
                case RecordCodec.AllPresent:
                    levels.Fill(1);
                    Present = rows;
                    break;
                default:
                    BeginSome(levels, Take((rows + 7) / 8));
                    break;
            }
        }

        public ReadOnlySpan<byte> Take(int count)
        {
            var taken = new ReadOnlySpan<byte>(start, length).Slice(_at, count);
            _at += count;
            return taken;
        }

        private void BeginSome(Span<short> levels, ReadOnlySpan<byte> bits)
        {
            Present = 0;
            for (var row = 0; row < levels.Length; row++)
            {
                levels[row] = (short)((bits[row >> 3] >> (row & 7)) & 1);
                Present += levels[row];
            }
        }
    }
}
