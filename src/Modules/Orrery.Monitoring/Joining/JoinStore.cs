using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Orrery.Platform.KeyValues;

namespace Orrery.Monitoring.Joining;

/// <summary>
/// Where an endpoint's join is kept: its progress (<c>p</c>), its entries by prediction id (<c>e</c>), and lists of the ids that were first seen in a step, by time
/// (<c>t</c>), from which old entries are found without looking at the young ones.
/// </summary>
/// <remarks>
/// Writes are <see cref="Durability.Relaxed"/>: after a power cut the store is as it was some steps ago, which is a state that the join goes on from as from any other.
/// </remarks>
internal sealed class JoinStore
{
    private const int TimeBytes = 8;
    private readonly IKeyValueSpace _space;
    private readonly byte[] _prefix;
    private readonly byte[] _progress;
    private readonly byte[] _times;
    private readonly ArrayBufferWriter<byte> _buffer = new();

    public JoinStore(IKeyValueStore store, string endpoint)
    {
        _space = store.Space("monitoring-join");
        _prefix = [.. Encoding.UTF8.GetBytes(endpoint), 0]; // names of streams hold no 0
        _progress = [.. _prefix, (byte)'p'];
        _times = [.. _prefix, (byte)'t'];
    }

    public async Task<JoinProgress> ReadProgressAsync(CancellationToken cancellationToken) =>
        (await _space.GetManyAsync([_progress], cancellationToken))[0] is { } bytes ? JoinProgress.Read(bytes) : JoinProgress.Start;

    /// <summary>The entries of some ids; null where there is none.</summary>
    public async Task<JoinEntry?[]> ReadAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var keys = new ReadOnlyMemory<byte>[ids.Count];
        for (var i = 0; i < keys.Length; i++)
            keys[i] = Key(ids[i]);
        var found = await _space.GetManyAsync(keys, cancellationToken);
        return Array.ConvertAll(found, bytes => bytes is null ? null : JoinEntryCodec.Read(bytes));
    }

    /// <summary>Writes a step's entries, the list of those that are new, and the progress: all or nothing.</summary>
    public Task WriteAsync(
        IEnumerable<KeyValuePair<string, JoinEntry>> changed, IReadOnlyList<string> added, JoinProgress progress, CancellationToken cancellationToken)
    {
        var batch = new KeyValueBatch();
        foreach (var (id, entry) in changed)
        {
            _buffer.ResetWrittenCount();
            JoinEntryCodec.Write(entry, _buffer);
            batch.Put(Key(id), _buffer.WrittenSpan);
        }

        if (added.Count > 0)
        {
            _buffer.ResetWrittenCount();
            foreach (var id in added)
                JoinEntryCodec.Text(_buffer, id);
            batch.Put(TimeKey(progress.Now, progress.Step), _buffer.WrittenSpan);
        }

        batch.Put(_progress, progress.ToBytes());
        return _space.WriteAsync(batch, Durability.Relaxed, cancellationToken);
    }

    /// <summary>The oldest list of ids; null where there is none.</summary>
    public async Task<AgedIds?> OldestAsync(CancellationToken cancellationToken)
    {
        await foreach (var (key, value) in _space.ScanAsync(_times, default, cancellationToken))
            return new(key, FromOrdered(BinaryPrimitives.ReadUInt64BigEndian(key.AsSpan(_times.Length))), Ids(value));
        return null;
    }

    /// <summary>Removes a list and its entries.</summary>
    public Task ForgetAsync(AgedIds aged, JoinProgress progress, CancellationToken cancellationToken)
    {
        var batch = new KeyValueBatch().Delete(aged.Key).Put(_progress, progress.ToBytes());
        foreach (var id in aged.Ids)
            batch.Delete(Key(id));
        return _space.WriteAsync(batch, Durability.Relaxed, cancellationToken);
    }

    private byte[] Key(string id)
    {
        var key = new byte[_prefix.Length + 1 + Encoding.UTF8.GetByteCount(id)];
        _prefix.CopyTo(key, 0);
        key[_prefix.Length] = (byte)'e';
        Encoding.UTF8.GetBytes(id, key.AsSpan(_prefix.Length + 1));
        return key;
    }

    private byte[] TimeKey(long time, long step)
    {
        var key = new byte[_times.Length + TimeBytes + 8];
        _times.CopyTo(key, 0);
        BinaryPrimitives.WriteUInt64BigEndian(key.AsSpan(_times.Length), ToOrdered(time));
        BinaryPrimitives.WriteInt64BigEndian(key.AsSpan(_times.Length + TimeBytes), step);
        return key;
    }

    // With the sign bit turned, numbers before 1970 sort below those after it bytewise too.
    private static ulong ToOrdered(long time) => (ulong)time ^ (1UL << 63);

    private static long FromOrdered(ulong time) => (long)(time ^ (1UL << 63));

    private static List<string> Ids(ReadOnlySpan<byte> list)
    {
        var ids = new List<string>();
        while (!list.IsEmpty)
            ids.Add(JoinEntryCodec.Text(ref list));
        return ids;
    }
}

/// <summary>The ids that were first seen in one step, and the event time then.</summary>
internal sealed record AgedIds(byte[] Key, long Time, IReadOnlyList<string> Ids);
