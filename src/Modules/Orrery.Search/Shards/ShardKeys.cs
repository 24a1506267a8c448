using System.Buffers.Binary;
using System.Text;
using Orrery.Search.Points;

namespace Orrery.Search.Shards;

/// <summary>
/// The keys of a shard in the store: 'D', the collection's id, the shard's number, then what the row is. Points in the order of their ids, so that a prefix is a scan.
/// </summary>
internal sealed class ShardKeys
{
    /// <summary>Bytes of an id at the end of a row's key.</summary>
    public const int IdLength = 17;

    private const byte PointRow = (byte)'p';
    private const byte VectorRow = (byte)'v';
    private const byte LogRow = (byte)'l';
    private const byte EndRow = (byte)'n';

    private readonly byte[] _shard;

    public ShardKeys(Guid collection, int shard)
    {
        _shard = [.. Collection(collection), (byte)(shard >> 8), (byte)shard];
        Points = [.. _shard, PointRow];
        Log = [.. _shard, LogRow];
        End = [.. _shard, EndRow];
    }

    /// <summary>What the keys of all point rows begin with.</summary>
    public byte[] Points { get; }

    /// <summary>What the keys of all log rows begin with.</summary>
    public byte[] Log { get; }

    /// <summary>The key of the row with the log's last number.</summary>
    public byte[] End { get; }

    /// <summary>What all keys of a collection begin with.</summary>
    public static byte[] Collection(Guid collection) => [(byte)'D', .. collection.ToByteArray(bigEndian: true)];

    public byte[] Point(PointId id) => Vector(Points, id);

    /// <summary>What the keys of all vectors of a name begin with.</summary>
    public byte[] Vectors(string name)
    {
        var bytes = Encoding.UTF8.GetBytes(name);
        return [.. _shard, VectorRow, (byte)(bytes.Length >> 8), (byte)bytes.Length, .. bytes];
    }

    public static byte[] Vector(byte[] vectors, PointId id)
    {
        var key = new byte[vectors.Length + IdLength];
        vectors.CopyTo(key, 0);
        Write(id, key.AsSpan(vectors.Length));
        return key;
    }

    public byte[] LogEntry(long number)
    {
        var key = new byte[Log.Length + sizeof(long)];
        Log.CopyTo(key, 0);
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(Log.Length), number);
        return key;
    }

    /// <summary>The id at the end of a row's key.</summary>
    public static PointId IdOf(ReadOnlySpan<byte> key)
    {
        var id = key[^IdLength..];
        return id[0] == 1 ? PointId.Of(new Guid(id[1..], bigEndian: true)) : PointId.Of(BinaryPrimitives.ReadUInt64BigEndian(id[9..]));
    }

    public static byte[] IdBytes(PointId id)
    {
        var bytes = new byte[IdLength];
        Write(id, bytes);
        return bytes;
    }

    // Into zeros.
    private static void Write(PointId id, Span<byte> bytes)
    {
        if (id.IsUuid)
        {
            bytes[0] = 1;
            id.Uuid.TryWriteBytes(bytes[1..], bigEndian: true, out _);
        }
        else
            BinaryPrimitives.WriteUInt64BigEndian(bytes[9..], id.Number);
    }
}
