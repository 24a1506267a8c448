using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Snapshots;

/// <summary>Reads a snapshot: its checksum first, so that nothing of a damaged one is looked at, then part by part, since a whole one may still have been made to harm.</summary>
internal sealed class SnapshotReader(Stream stream)
{
    /// <summary>Longer parts are no part of a snapshot, and are not given memory.</summary>
    private const int MaxPartBytes = 256 << 20;

    private readonly byte[] _number = new byte[sizeof(int)];

    /// <summary>What the collection was.</summary>
    public async Task<CollectionRecord> BeginAsync(CancellationToken cancellationToken)
    {
        await VerifyAsync(cancellationToken);
        var magic = await RawAsync(SnapshotFormat.Magic.Length, cancellationToken);
        if (!magic.AsSpan().SequenceEqual(SnapshotFormat.Magic))
            throw SnapshotFormat.Broken("does not begin as one of Orrery does");
        var version = await NumberAsync(cancellationToken);
        if (version != SnapshotFormat.Version)
            throw SnapshotFormat.Broken($"has the format {version}; this version reads {SnapshotFormat.Version}");
        await BytesAsync(cancellationToken); // its name
        try
        {
            return JsonSerializer.Deserialize<CollectionRecord>(await BytesAsync(cancellationToken), LedgerJson.Options) ?? throw SnapshotFormat.Broken("describes no collection");
        }
        catch (JsonException error)
        {
            throw new InvalidException($"The snapshot's description cannot be read: {error.Message}", error);
        }
    }

    /// <summary>The next point's rows; null after the last, when the whole was checked.</summary>
    public async Task<SnapshotPoint?> NextAsync(int readBefore, CancellationToken cancellationToken)
    {
        var key = await BytesAsync(cancellationToken);
        if (key.Length == 0)
        {
            return await NumberAsync(cancellationToken) == readBefore ? null : throw SnapshotFormat.Broken("holds another number of points than it says");
        }

        if (key.Length != ShardKeys.IdLength)
            throw SnapshotFormat.Broken("holds an id that is none");
        var point = await BytesAsync(cancellationToken);
        Check(() => RowCodec.ReadPoint(point));
        var vectors = new List<(string Name, byte[] Row)>();
        var count = await NumberAsync(cancellationToken);
        for (var i = 0; i < count; i++)
            vectors.Add((Encoding.UTF8.GetString(await BytesAsync(cancellationToken)), await BytesAsync(cancellationToken)));
        foreach (var (_, row) in vectors)
            Check(() => RowCodec.ReadVector(row));
        return new(ShardKeys.IdOf(key), point, vectors);
    }

    private async Task VerifyAsync(CancellationToken cancellationToken)
    {
        var left = stream.Length - SHA256.HashSizeInBytes;
        if (left < 0)
            throw SnapshotFormat.Broken("ends before its end");
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = new byte[1 << 16];
        while (left > 0)
        {
            var part = buffer.AsMemory(0, (int)Math.Min(left, buffer.Length));
            await stream.ReadExactlyAsync(part, cancellationToken);
            hash.AppendData(part.Span);
            left -= part.Length;
        }

        var given = await RawAsync(SHA256.HashSizeInBytes, cancellationToken);
        if (!given.AsSpan().SequenceEqual(hash.GetHashAndReset()))
            throw SnapshotFormat.Broken("is damaged or cut short: its checksum is another than its content's");
        stream.Position = 0;
    }

    private static void Check(Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (error is ArgumentException or OverflowException or OrreryException { Code: ErrorCode.Internal })
        {
            throw new InvalidException("The snapshot holds a row that is none. Nothing was changed.", error);
        }
    }

    private async Task<int> NumberAsync(CancellationToken cancellationToken)
    {
        await ReadAsync(_number, cancellationToken);
        return BinaryPrimitives.ReadInt32LittleEndian(_number);
    }

    private async Task<byte[]> BytesAsync(CancellationToken cancellationToken)
    {
        var length = await NumberAsync(cancellationToken);
        return length is >= 0 and <= MaxPartBytes ? await RawAsync(length, cancellationToken) : throw SnapshotFormat.Broken("is damaged: a part has a length that none has");
    }

    private async Task<byte[]> RawAsync(int length, CancellationToken cancellationToken)
    {
        var bytes = new byte[length];
        await ReadAsync(bytes, cancellationToken);
        return bytes;
    }

    private async Task ReadAsync(byte[] bytes, CancellationToken cancellationToken)
    {
        if (await stream.ReadAtLeastAsync(bytes, bytes.Length, throwOnEndOfStream: false, cancellationToken) < bytes.Length)
            throw SnapshotFormat.Broken("ends before its end");
    }
}

/// <summary>A point of a snapshot, as rows.</summary>
internal sealed record SnapshotPoint(PointId Id, byte[] Row, IReadOnlyList<(string Name, byte[] Row)> Vectors);
