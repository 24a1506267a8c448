using System.Buffers;
using System.Runtime.CompilerServices;
using Orrery.Platform.KeyValues;

namespace Orrery.Monitoring.Tests.Joining;

/// <summary>A key-value store that can lose power: it fails at a chosen write, and forgets its last writes, as one that did not sync them does.</summary>
internal sealed class ForgetfulStore : IKeyValueStore, IKeyValueSpace
{
    private static readonly Comparer<byte[]> Bytewise = Comparer<byte[]>.Create((a, b) => a.AsSpan().SequenceCompareTo(b));
    private readonly List<KeyValueBatch> _written = [];
    private SortedDictionary<byte[], byte[]> _entries = new(Bytewise);

    /// <summary>Writes until one fails; null for never.</summary>
    public int? FailsAfter { get; set; }

    public int Writes => _written.Count;

    public int Keys => _entries.Count;

    public IKeyValueSpace Space(string name) => this;

    /// <summary>Is again as it was some writes ago.</summary>
    public void Forget(int writes)
    {
        _written.RemoveRange(Math.Max(0, _written.Count - writes), Math.Min(writes, _written.Count));
        _entries = new(Bytewise);
        foreach (var batch in _written)
            Apply(batch);
    }

    public bool TryGet(ReadOnlySpan<byte> key, IBufferWriter<byte> destination)
    {
        if (!_entries.TryGetValue(key.ToArray(), out var value))
            return false;
        destination.Write(value);
        return true;
    }

    public ValueTask<byte[]?[]> GetManyAsync(IReadOnlyList<ReadOnlyMemory<byte>> keys, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult(keys.Select(key => _entries.GetValueOrDefault(key.ToArray())).ToArray());

    public Task WriteAsync(KeyValueBatch batch, Durability durability = Durability.Durable, CancellationToken cancellationToken = default)
    {
        if (FailsAfter-- is <= 0)
            throw new IOException("The power is gone.");
        _written.Add(batch);
        Apply(batch);
        return Task.CompletedTask;
    }

    public async IAsyncEnumerable<KeyValuePair<byte[], byte[]>> ScanAsync(
        ReadOnlyMemory<byte> prefix, ReadOnlyMemory<byte> from = default, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        foreach (var entry in _entries.Where(e => e.Key.AsSpan().StartsWith(prefix.Span) && e.Key.AsSpan().SequenceCompareTo(from.Span) >= 0).ToList())
            yield return entry;
    }

    private void Apply(KeyValueBatch batch)
    {
        foreach (var (key, value) in batch.Entries)
        {
            if (value is null)
                _entries.Remove(key);
            else
                _entries[key] = value;
        }
    }
}
