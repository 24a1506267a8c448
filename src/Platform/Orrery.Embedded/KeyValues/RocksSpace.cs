using System.Buffers;
using System.Runtime.CompilerServices;
using Orrery.Platform.KeyValues;
using RocksDbSharp;

namespace Orrery.Embedded.KeyValues;

/// <summary>A space is a column family. Its handle is looked up at the first use, so that asking for a space opens nothing.</summary>
internal sealed class RocksSpace : IKeyValueSpace
{
    private static readonly ReadOptions Reading = new();
    private readonly RocksStore _store;
    private readonly Lazy<ColumnFamilyHandle> _family;
    private readonly PointCache _cache = new();

    public RocksSpace(RocksStore store, string name)
    {
        _store = store;
        _family = new(() => store.Family(name));
    }

    /// <inheritdoc/>
    public bool TryGet(ReadOnlySpan<byte> key, IBufferWriter<byte> destination)
    {
        if (!_cache.TryFind(key, out var value, out var before))
        {
            value = Read(key);
            _cache.Keep(key, value, before);
        }

        if (value is null)
            return false;
        destination.Write(value);
        return true;
    }

    /// <inheritdoc/>
    public ValueTask<byte[]?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return ValueTask.FromResult(MultiGet.Read(_store.Rocks.Db, _family.Value, Reading, keys));
    }

    /// <inheritdoc/>
    public Task WriteAsync(KeyValueBatch batch, Durability durability = Durability.Durable, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (batch.Entries.Count == 0)
            return Task.CompletedTask;
        var write = new KeyValueWrite(batch, _family.Value, _cache);
        if (durability == Durability.Durable)
            return _store.Rocks.WriteDurablyAsync(write, cancellationToken);
        _store.Rocks.WriteRelaxed(write);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<KeyValuePair<byte[], byte[]>> ScanAsync(
        ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> from = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask; // Local: there is nothing to wait for.
        using var iterator = _store.Rocks.Db.NewIterator(_family.Value, Reading); // An implicit snapshot: later writes are not seen.
        var start = from.Span.SequenceCompareTo(prefix.Span) > 0 ? from : prefix;
        for (iterator.Seek(start.Span); iterator.Valid(); iterator.Next())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (!iterator.GetKeySpan().StartsWith(prefix.Span))
                yield break;
            yield return new(iterator.Key(), iterator.Value());
        }
    }

    private unsafe byte[]? Read(ReadOnlySpan<byte> key)
    {
        nint slice;
        fixed (byte* start = key)
            slice = Native.Instance.rocksdb_get_pinned_cf(_store.Rocks.Db.Handle, Reading.Handle, _family.Value.Handle, start, (nuint)key.Length);
        if (slice == 0)
            return null;
        try
        {
            return PinnedSlice.Span(slice).ToArray();
        }
        finally
        {
            Native.Instance.rocksdb_pinnableslice_destroy(slice);
        }
    }
}
