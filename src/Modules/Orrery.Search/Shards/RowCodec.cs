using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Orrery.Kernel;
using Orrery.Search.Points;

namespace Orrery.Search.Shards;

/// <summary>
/// The rows of a shard. A point: format, version of the point, payload. A vector: format and kind, then its numbers, little-endian. The store checks its blocks, so rows need
/// no checksum of their own.
/// </summary>
internal static class RowCodec
{
    private const byte Format = 1;
    private const byte DenseKind = 1;
    private const byte MultiKind = 2;
    private const byte SparseKind = 3;

    public static byte[] Point(long version, byte[]? payload)
    {
        var row = new byte[1 + sizeof(long) + (payload?.Length ?? 0)];
        row[0] = Format;
        BinaryPrimitives.WriteInt64LittleEndian(row.AsSpan(1), version);
        payload?.CopyTo(row, 1 + sizeof(long));
        return row;
    }

    public static (long Version, byte[]? Payload) ReadPoint(byte[] row)
    {
        Check(row, 1 + sizeof(long));
        return (BinaryPrimitives.ReadInt64LittleEndian(row.AsSpan(1)), row.Length > 1 + sizeof(long) ? row[(1 + sizeof(long))..] : null);
    }

    public static byte[] Vector(VectorValue vector) => vector switch
    {
        DenseVector dense => Dense(dense.Values),
        MultiVector multi => [Format, MultiKind, .. Bytes<int>([multi.Rows]), .. Bytes<float>(multi.Values)],
        SparseVector sparse => [Format, SparseKind, .. Bytes<int>([sparse.Indices.Length]), .. Bytes<uint>(sparse.Indices), .. Bytes<float>(sparse.Values)],
        _ => throw new ArgumentOutOfRangeException(nameof(vector), vector, "Expected a known vector."),
    };

    public static VectorValue ReadVector(byte[] row)
    {
        Check(row, 2);
        var content = row.AsSpan(2);
        switch (row[1])
        {
            case DenseKind:
                return new DenseVector(Numbers<float>(content));
            case MultiKind:
                return new MultiVector(Numbers<float>(content[sizeof(int)..]), BinaryPrimitives.ReadInt32LittleEndian(content));
            case SparseKind:
                var count = BinaryPrimitives.ReadInt32LittleEndian(content);
                return new SparseVector(Numbers<uint>(content.Slice(sizeof(int), count * sizeof(uint))), Numbers<float>(content[(sizeof(int) + count * sizeof(uint))..]));
            default:
                throw Damaged();
        }
    }

    private static byte[] Dense(float[] values)
    {
        var row = new byte[2 + values.Length * sizeof(float)];
        (row[0], row[1]) = (Format, DenseKind);
        MemoryMarshal.AsBytes(values.AsSpan()).CopyTo(row.AsSpan(2));
        return row;
    }

    // .NET runs on little-endian machines alone; the cast is the format.
    private static byte[] Bytes<T>(T[] numbers) where T : struct => MemoryMarshal.AsBytes(numbers.AsSpan()).ToArray();

    private static T[] Numbers<T>(ReadOnlySpan<byte> bytes) where T : struct => MemoryMarshal.Cast<byte, T>(bytes).ToArray();

    private static void Check(byte[] row, int least)
    {
        if (row.Length < least || row[0] != Format)
            throw Damaged();
    }

    private static OrreryException Damaged() =>
        new(ErrorCode.Internal, "A row of a collection has a format that this version does not know: it is damaged, or a newer Orrery wrote it.");
}
