using System.IO.Hashing;
using System.Text;

namespace Orrery.Serving.Runtimes;

/// <summary>A text in the two forms that serving needs: UTF-16 for keys and logs, UTF-8 for tensors and answers.</summary>
internal sealed class KnownText(byte[] utf8)
{
    public static KnownText Empty { get; } = new([]);

    public byte[] Utf8 { get; } = utf8;

    public string Text { get; } = Encoding.UTF8.GetString(utf8);
}

/// <summary>
/// Remembers the texts that come again and again (entity keys, categories), so that a request for known ones allocates nothing. Fixed size:
/// a new text takes the place of the one that had its slot. Thread-safe: a slot is read and written whole.
/// </summary>
internal sealed class TextCache(int slots = 4096)
{
    // Longer texts are rarely the same twice; keeping them would only hold memory.
    private const int MaxBytes = 128;

    private readonly KnownText?[] _slots = new KnownText?[slots];

    public KnownText Get(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IsEmpty)
            return KnownText.Empty;
        if (utf8.Length > MaxBytes)
            return new(utf8.ToArray());
        ref var slot = ref _slots[XxHash3.HashToUInt64(utf8) % (ulong)_slots.Length];
        var known = Volatile.Read(ref slot);
        if (known is not null && utf8.SequenceEqual(known.Utf8))
            return known;
        known = new(utf8.ToArray());
        Volatile.Write(ref slot, known);
        return known;
    }
}
