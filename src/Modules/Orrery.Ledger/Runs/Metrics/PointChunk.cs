using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Orrery.Kernel;

namespace Orrery.Ledger.Runs.Metrics;

/// <summary>A point as it is packed: its time in microseconds since 1970.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RawPoint(long Step, long Time, double Value) : IComparable<RawPoint>
{
    /// <summary>By step, then time, then value, NaN last.</summary>
    public int CompareTo(RawPoint other)
    {
        var order = Step.CompareTo(other.Step);
        if (order == 0)
            order = Time.CompareTo(other.Time);
        return order != 0 ? order : (double.IsNaN(Value), double.IsNaN(other.Value)) switch
        {
            (true, true) => 0,
            (true, false) => 1,
            (false, true) => -1,
            _ => Value.CompareTo(other.Value),
        };
    }
}

/// <summary>
/// Packs points by column: 1 byte of version, the count as 4 bytes, then the steps and the times, each as the difference to the one before in a
/// zigzag varint (protobuf.dev/programming-guides/encoding), then the values as they are, little-endian. A course of equal distances takes 10 to 12 bytes a
/// point where a row takes about 60, and 50,000 points are read in a dozen rows.
/// </summary>
internal static class PointChunk
{
    /// <summary>Points that are put together in one chunk at most: about 50 kB, twelve pages of SQLite.</summary>
    public const int MaxLength = 4096;

    private const byte Version = 1;
    private const int HeadBytes = 5;
    internal const int MaxVarintBytes = 10;

    public static byte[] Pack(ReadOnlySpan<RawPoint> points)
    {
        // The most that they can take is over the bound of the large object heap for a full chunk.
        var packed = ArrayPool<byte>.Shared.Rent(HeadBytes + (points.Length * ((2 * MaxVarintBytes) + sizeof(double))));
        packed[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(packed.AsSpan(1), points.Length);
        var at = HeadBytes;
        var before = 0L;
        foreach (var point in points)
        {
            at = Write(packed, at, point.Step - before);
            before = point.Step;
        }

        before = 0;
        foreach (var point in points)
        {
            at = Write(packed, at, point.Time - before);
            before = point.Time;
        }

        foreach (var point in points)
        {
            BinaryPrimitives.WriteDoubleLittleEndian(packed.AsSpan(at), point.Value);
            at += sizeof(double);
        }

        var exact = packed.AsSpan(0, at).ToArray();
        ArrayPool<byte>.Shared.Return(packed);
        return exact;
    }

    /// <summary>Adds a chunk's points to <paramref name="points"/>.</summary>
    public static void Unpack(ReadOnlySpan<byte> packed, List<RawPoint> points)
    {
        if (packed.Length < HeadBytes || packed[0] != Version)
            throw Damaged();
        var count = BinaryPrimitives.ReadInt32LittleEndian(packed[1..]);
        // A point takes at least a byte for its step and one for its time.
        if (count < 0 || count > (packed.Length - HeadBytes) / (2 + sizeof(double)))
            throw Damaged();
        var first = points.Count;
        CollectionsMarshal.SetCount(points, first + count);
        var into = CollectionsMarshal.AsSpan(points)[first..];
        var times = HeadBytes;
        var step = 0L;
        for (var i = 0; i < count; i++)
        {
            step += Read(packed, ref times);
            into[i] = new(step, 0, 0);
        }

        var values = packed.Length - (count * sizeof(double));
        var time = 0L;
        for (var i = 0; i < count; i++)
        {
            time += Read(packed, ref times);
            into[i] = new(into[i].Step, time, BinaryPrimitives.ReadDoubleLittleEndian(packed[(values + (i * sizeof(double)))..]));
        }

        if (times != values)
            throw Damaged();
    }

    // Differences wrap around, so that any two 64-bit numbers have one.
    internal static int Write(byte[] packed, int at, long difference)
    {
        var zigzag = (ulong)((difference << 1) ^ (difference >> 63));
        for (; zigzag >= 0x80; zigzag >>= 7)
            packed[at++] = (byte)(zigzag | 0x80);
        packed[at++] = (byte)zigzag;
        return at;
    }

    internal static long Read(ReadOnlySpan<byte> packed, ref int at)
    {
        var zigzag = 0UL;
        for (var shift = 0; shift < 64 && at < packed.Length; shift += 7)
        {
            var next = packed[at++];
            zigzag |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
        }

        throw Damaged();
    }

    internal static OrreryException Damaged() => new(ErrorCode.Internal, "A chunk of metric points is damaged, or of a version that this build does not know.");
}
