using System.Buffers.Binary;
using System.Numerics;
using Orrery.Search.Points;

namespace Orrery.Search.Shards;

/// <summary>
/// SipHash-2-4 under a zero key (Aumasson and Bernstein, 2012) over the id's bytes, eight little-endian ones of a number and the sixteen of a UUID: spread evenly whatever the
/// ids' pattern, the same for ever, and the same as Qdrant's, so that its slices are ours.
/// </summary>
internal static class IdHash
{
    public static ulong Of(PointId id)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (id.IsUuid)
        {
            id.Uuid.TryWriteBytes(bytes, bigEndian: true, out _);
            return Hash(bytes);
        }

        BinaryPrimitives.WriteUInt64LittleEndian(bytes, id.Number);
        return Hash(bytes[..8]);
    }

    // The lengths are whole words, so the last block is the length alone.
    private static ulong Hash(ReadOnlySpan<byte> bytes)
    {
        var (v0, v1, v2, v3) = (0x736f6d6570736575UL, 0x646f72616e646f6dUL, 0x6c7967656e657261UL, 0x7465646279746573UL);
        for (var at = 0; at <= bytes.Length; at += sizeof(ulong))
        {
            var word = at < bytes.Length ? BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]) : (ulong)bytes.Length << 56;
            v3 ^= word;
            Round(ref v0, ref v1, ref v2, ref v3);
            Round(ref v0, ref v1, ref v2, ref v3);
            v0 ^= word;
        }

        v2 ^= 0xff;
        for (var i = 0; i < 4; i++)
            Round(ref v0, ref v1, ref v2, ref v3);
        return v0 ^ v1 ^ v2 ^ v3;
    }

    private static void Round(ref ulong v0, ref ulong v1, ref ulong v2, ref ulong v3)
    {
        v0 += v1;
        v1 = BitOperations.RotateLeft(v1, 13) ^ v0;
        v0 = BitOperations.RotateLeft(v0, 32);
        v2 += v3;
        v3 = BitOperations.RotateLeft(v3, 16) ^ v2;
        v0 += v3;
        v3 = BitOperations.RotateLeft(v3, 21) ^ v0;
        v2 += v1;
        v1 = BitOperations.RotateLeft(v1, 17) ^ v2;
        v2 = BitOperations.RotateLeft(v2, 32);
    }
}
