using System.Buffers.Binary;
using System.Text;
using Orrery.Features.Views;
using Orrery.Kernel;

namespace Orrery.Features.Online;

/// <summary>
/// The bytes of keys in the store. A view's keys begin with 12 bytes that fix workspace, view and layout; then <c>o</c> and the entity for its
/// online features, <c>b</c>, tick and entity for a bucket of the stream, <c>p</c> and a number for a push that it remembers, <c>w</c> for its watermark. An entity
/// is, for each column, its length in UTF-8 (2 bytes, big-endian) and its text, so that no two entities can be confused.
/// </summary>
internal static class EntityKey
{
    public const int PrefixBytes = 12;
    public const int OnlineOffset = PrefixBytes + 1;
    public const int BucketOffset = PrefixBytes + 1 + sizeof(long);

    private const int MaxPartBytes = ushort.MaxValue;

    /// <summary>The first bytes of all keys of a view.</summary>
    public static byte[] Prefix(string workspace, FeatureViewPlan plan) =>
        Convert.FromHexString(Digest.Of($"{workspace}\n{plan.Name}\n{plan.Layout}").ToString()[..(2 * PrefixBytes)]);

    /// <summary>The most bytes that the entity can take.</summary>
    public static int MaxBytes(ReadOnlySpan<string> parts)
    {
        var bytes = 0;
        foreach (var part in parts)
            bytes += sizeof(ushort) + Encoding.UTF8.GetMaxByteCount(part.Length);
        return bytes;
    }

    /// <summary>Writes one column of an entity; returns the bytes written.</summary>
    public static int Write(string part, Span<byte> destination)
    {
        var length = Encoding.UTF8.GetBytes(part, destination[sizeof(ushort)..]);
        if (length > MaxPartBytes)
            throw new InvalidException($"An entity's key has at most {MaxPartBytes} bytes, got {length}.");
        BinaryPrimitives.WriteUInt16BigEndian(destination, (ushort)length);
        return sizeof(ushort) + length;
    }

    /// <summary>The bytes of an entity.</summary>
    public static byte[] Of(params ReadOnlySpan<string> parts)
    {
        var bytes = new byte[MaxBytes(parts)];
        var length = 0;
        foreach (var part in parts)
            length += Write(part, bytes.AsSpan(length));
        return bytes[..length];
    }

    /// <summary>The key of an entity's online features.</summary>
    public static byte[] Online(ReadOnlySpan<byte> prefix, ReadOnlySpan<byte> entity) => [.. prefix, (byte)'o', .. entity];

    /// <summary>The key of a bucket. Ticks are in order of the bytes: big-endian, the sign turned round.</summary>
    public static byte[] Bucket(ReadOnlySpan<byte> prefix, long tick, ReadOnlySpan<byte> entity)
    {
        Span<byte> ordered = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(ordered, tick ^ long.MinValue);
        return [.. prefix, (byte)'b', .. ordered, .. entity];
    }

    /// <summary>What all buckets of a view begin with.</summary>
    public static byte[] Buckets(ReadOnlySpan<byte> prefix) => [.. prefix, (byte)'b'];

    /// <summary>The key of a push that is remembered; in the order of the numbers, which are never negative.</summary>
    public static byte[] Push(ReadOnlySpan<byte> prefix, long number)
    {
        Span<byte> ordered = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(ordered, number);
        return [.. prefix, (byte)'p', .. ordered];
    }

    /// <summary>What all pushes of a view begin with.</summary>
    public static byte[] Pushes(ReadOnlySpan<byte> prefix) => [.. prefix, (byte)'p'];

    /// <summary>The number in the key of a push.</summary>
    public static long NumberOf(ReadOnlySpan<byte> pushKey) => BinaryPrimitives.ReadInt64BigEndian(pushKey[(PrefixBytes + 1)..]);

    /// <summary>The key of a view's watermark.</summary>
    public static byte[] Watermark(ReadOnlySpan<byte> prefix) => [.. prefix, (byte)'w'];

    /// <summary>The tick in the key of a bucket.</summary>
    public static long TickOf(ReadOnlySpan<byte> bucketKey) => BinaryPrimitives.ReadInt64BigEndian(bucketKey[(PrefixBytes + 1)..]) ^ long.MinValue;
}
