using System.IO.Hashing;

namespace Orrery.Embedded.KeyValues;

/// <summary>
/// The values that point reads of a space found last: 50 features of one entity take 0.5 µs with it and took 2.1 before (<c>./bench spine --part online</c>).
/// Fixed size: a key takes the place of the one that had its slot. All writes of the folder come through this process and forget what they change.
/// </summary>
/// <remarks>
/// Thread-safe without locks. A slot is exchanged whole, and whoever read the store keeps what they found only where the slot is as it was before they read:
/// forgetting puts an object in it that never was there, so that a read which began before a write cannot keep the old value after it.
/// </remarks>
internal sealed class PointCache
{
    private const int Slots = 1 << 16;

    /// <summary>Longer values are no rows of features; keeping them would only hold memory.</summary>
    private const int MaxValueBytes = 2048;

    private readonly Lazy<Entry?[]> _slots = new(() => new Entry?[Slots]);

    /// <summary>What is known of a key.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">Its value; null where the store has none.</param>
    /// <param name="before">What to hand to <see cref="Keep"/> after the store was read.</param>
    /// <returns>Whether it is known.</returns>
    public bool TryFind(ReadOnlySpan<byte> key, out byte[]? value, out object? before)
    {
        var entry = Volatile.Read(ref Slot(key));
        (value, before) = (entry?.Value, entry);
        return entry?.Key is { } known && key.SequenceEqual(known);
    }

    /// <summary>Keeps what the store said, unless the key's slot was changed since <paramref name="before"/> was found.</summary>
    public void Keep(ReadOnlySpan<byte> key, byte[]? value, object? before)
    {
        if (value is null || value.Length <= MaxValueBytes)
            Interlocked.CompareExchange(ref Slot(key), new(key.ToArray(), value), (Entry?)before);
    }

    /// <summary>The key was written, or may have been.</summary>
    public void Forget(ReadOnlySpan<byte> key)
    {
        if (_slots.IsValueCreated)
            Volatile.Write(ref Slot(key), new(null, null));
    }

    private ref Entry? Slot(ReadOnlySpan<byte> key) => ref _slots.Value[XxHash3.HashToUInt64(key) % Slots];

    private sealed class Entry(byte[]? key, byte[]? value)
    {
        public byte[]? Key { get; } = key;

        public byte[]? Value { get; } = value;
    }
}
