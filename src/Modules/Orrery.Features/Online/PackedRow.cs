using System.Buffers.Binary;
using Orrery.Kernel;

namespace Orrery.Features.Online;

/// <summary>A tick and doubles as they are stored: a version byte, the tick and the doubles, little-endian. The store itself guards against damage.</summary>
internal static class PackedRow
{
    private const byte Version = 1;
    private const int HeaderBytes = 1 + sizeof(long);

    public static byte[] Write(long tick, ReadOnlySpan<double> values)
    {
        var bytes = new byte[HeaderBytes + (values.Length * sizeof(double))];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64LittleEndian(bytes.AsSpan(1), tick);
        for (var i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(bytes.AsSpan(HeaderBytes + (i * sizeof(double))), values[i]);
        return bytes;
    }

    public static long Tick(ReadOnlySpan<byte> row) => BinaryPrimitives.ReadInt64LittleEndian(row[1..]);

    public static double Value(ReadOnlySpan<byte> row, int index) => BinaryPrimitives.ReadDoubleLittleEndian(row[(HeaderBytes + (index * sizeof(double)))..]);

    public static void Values(ReadOnlySpan<byte> row, Span<double> values)
    {
        for (var i = 0; i < values.Length; i++)
            values[i] = Value(row, i);
    }

    /// <summary>Makes sure that a stored row is one of so many values.</summary>
    public static void Check(ReadOnlySpan<byte> row, int values)
    {
        if (row.Length != HeaderBytes + (values * sizeof(double)) || row[0] != Version)
            throw new OrreryException(ErrorCode.Internal, $"The key-value store holds {row.Length} bytes of another format where {values} feature values were expected; materialize the view again.");
    }
}
