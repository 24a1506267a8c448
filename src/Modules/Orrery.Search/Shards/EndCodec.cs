using System.Buffers.Binary;

namespace Orrery.Search.Shards;

/// <summary>The row that says where a shard's log ends: the last number, and how many points there are then, so that they are counted without being read.</summary>
internal static class EndCodec
{
    public static byte[] Write(long last, long points)
    {
        var row = new byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(row, last);
        BinaryPrimitives.WriteInt64LittleEndian(row.AsSpan(sizeof(long)), points);
        return row;
    }

    /// <summary>The number of points is null in a row that was written before they were counted.</summary>
    public static (long Last, long? Points) Read(ReadOnlySpan<byte> row) =>
        (BinaryPrimitives.ReadInt64LittleEndian(row), row.Length >= 2 * sizeof(long) ? BinaryPrimitives.ReadInt64LittleEndian(row[sizeof(long)..]) : null);
}
