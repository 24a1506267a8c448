using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using Orrery.Features.Online;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Platform.KeyValues;

namespace Orrery.Features.Streaming;

/// <summary>
/// The pushes that a view's stream has taken in under an idempotency key, so that one whose answer got lost may be sent again. A push is remembered in
/// the same write that takes its events in. The newest thousand are kept: a client tries again within seconds, not after a thousand other pushes.
/// </summary>
internal sealed class PushMemory(byte[] prefix)
{
    public const int Most = 1_000;
    public const int MaxKeyLength = 200;

    private readonly Dictionary<string, KnownPush> _pushes = new(StringComparer.Ordinal);
    private readonly Queue<(long Number, string Key)> _inOrder = [];
    private long _next;

    /// <summary>What is asked of a key.</summary>
    /// <exception cref="InvalidException">It is empty, too long, or has characters that cannot be seen.</exception>
    public static void Check(string key)
    {
        if (key.Length is 0 or > MaxKeyLength || key.Any(char.IsControl))
            throw new InvalidException($"An idempotency key has 1 to {MaxKeyLength} characters, and no control characters among them.");
    }

    /// <summary>Fixes a push's events, so that a key is not taken for other ones.</summary>
    public static Digest ContentOf(IReadOnlyList<ViewEvent> events)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        Span<byte> number = stackalloc byte[sizeof(long)];
        foreach (var one in events)
        {
            Append(hash, number, one.Entity?.Length ?? -1);
            hash.AppendData(one.Entity ?? []);
            Append(hash, number, one.Known);
            foreach (var value in one.Values)
                Append(hash, number, BitConverter.DoubleToInt64Bits(value));
        }

        return Digest.FromHash(hash.GetHashAndReset());
    }

    /// <summary>The receipt of the push that had this key; null where there was none.</summary>
    /// <exception cref="ConflictException">That push had other events.</exception>
    public PushReceipt? Find(string key, Digest content) =>
        !_pushes.TryGetValue(key, out var known) ? null
        : known.Content == content ? known.Receipt
        : throw new ConflictException($"The idempotency key '{key}' was used for other events of the view '{known.Receipt.View}'. Send each batch of events under a key of its own.");

    /// <summary>Adds a push to the write that takes its events in. Call <see cref="Remember"/> once that succeeded.</summary>
    public void Put(KeyValueBatch batch, KnownPush push)
    {
        batch.Put(EntityKey.Push(prefix, _next), JsonSerializer.SerializeToUtf8Bytes(push, LedgerJson.Options));
        if (_inOrder.Count >= Most)
            batch.Delete(EntityKey.Push(prefix, _inOrder.Peek().Number));
    }

    /// <summary>Follows the store.</summary>
    public void Remember(KnownPush push)
    {
        _pushes[push.Key] = push;
        _inOrder.Enqueue((_next++, push.Key));
        if (_inOrder.Count > Most)
            _pushes.Remove(_inOrder.Dequeue().Key);
    }

    /// <summary>Reads what the store holds.</summary>
    public async Task LoadAsync(IKeyValueSpace space, CancellationToken cancellationToken)
    {
        await foreach (var (key, value) in space.ScanAsync(EntityKey.Pushes(prefix), cancellationToken: cancellationToken))
        {
            _next = EntityKey.NumberOf(key);
            Remember(JsonSerializer.Deserialize<KnownPush>(value, LedgerJson.Options)!);
        }
    }

    private static void Append(IncrementalHash hash, Span<byte> bytes, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(bytes, value);
        hash.AppendData(bytes);
    }
}

/// <summary>A push that was taken in.</summary>
/// <param name="Key">Its idempotency key.</param>
/// <param name="Content">SHA-256 of its events as the view sees them.</param>
/// <param name="Receipt">What the caller was told.</param>
internal sealed record KnownPush(string Key, Digest Content, PushReceipt Receipt);
