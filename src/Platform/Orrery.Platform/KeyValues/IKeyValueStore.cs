using System.Buffers;

namespace Orrery.Platform.KeyValues;

/// <summary>
/// The key-value port: online features, caches, rate limits. RocksDB on a laptop, Redis on a cluster. Keys are ordered bytewise and
/// live in spaces that do not see each other.
/// </summary>
/// <remarks>Thread-safe. A write is atomic over all its entries and, unless it is <see cref="Durability.Relaxed"/>, durable when its task completes.</remarks>
public interface IKeyValueStore
{
    /// <summary>Opens the space of that name, making it at first use. Names: <c>[a-z0-9-]{1,64}</c>.</summary>
    IKeyValueSpace Space(string name);
}

/// <summary>One ordered space of keys.</summary>
public interface IKeyValueSpace
{
    /// <summary>
    /// Appends the value of <paramref name="key"/> to <paramref name="destination"/>; false, and nothing appended, where there is none.
    /// Never blocks on the network: remote adapters complete synchronously only from memory and otherwise go through <see cref="GetManyAsync"/>.
    /// </summary>
    bool TryGet(ReadOnlySpan<byte> key, IBufferWriter<byte> destination);

    /// <summary>The values of many keys in one round trip, null where there is none; in the order of the keys.</summary>
    ValueTask<byte[]?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken = default);

    /// <summary>Applies all puts and deletes at once.</summary>
    Task WriteAsync(KeyValueBatch batch, Durability durability = Durability.Durable, CancellationToken cancellationToken = default);

    /// <summary>The entries whose key starts with <paramref name="prefix"/>, in key order, from <paramref name="from"/> on (inclusive).</summary>
    IAsyncEnumerable<KeyValuePair<byte[], byte[]>> ScanAsync(ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> from = default, CancellationToken cancellationToken = default);
}

/// <summary>What a completed write promises.</summary>
public enum Durability
{
    /// <summary>It survives <c>kill -9</c> and a power cut.</summary>
    Durable,

    /// <summary>It survives <c>kill -9</c> but perhaps not a power cut: for what can be computed again.</summary>
    Relaxed,
}

/// <summary>Puts and deletes that are applied together; a later entry for the same key wins. Not thread-safe.</summary>
public sealed class KeyValueBatch
{
    private readonly List<(byte[] Key, byte[]? Value)> _entries = [];

    /// <summary>The entries in order; a null value deletes the key.</summary>
    public IReadOnlyList<(byte[] Key, byte[]? Value)> Entries => _entries;

    /// <summary>Sets a key.</summary>
    public KeyValueBatch Put(ReadOnlySpan<byte> key, ReadOnlySpan<byte> value)
    {
        _entries.Add((key.ToArray(), value.ToArray()));
        return this;
    }

    /// <summary>Sets a key without a copy: neither array may be changed afterwards.</summary>
    public KeyValueBatch PutOwned(byte[] key, byte[] value)
    {
        _entries.Add((key, value));
        return this;
    }

    /// <summary>Removes a key.</summary>
    public KeyValueBatch Delete(ReadOnlySpan<byte> key)
    {
        _entries.Add((key.ToArray(), null));
        return this;
    }
}
