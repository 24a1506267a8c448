using System.Buffers;
using System.Text;
using System.Text.Json;
using Orrery.Ledger;
using Orrery.Platform.KeyValues;
using Orrery.Search.Shards;

namespace Orrery.Search.Collections;

/// <summary>
/// The rows of the catalogue: 'C' a collection, 'A' an alias, both by workspace and name, and 'T' the id of a collection that was deleted and whose rows still are to be removed.
/// </summary>
internal sealed class CollectionRows(IKeyValueStore store)
{
    public const string Space = "collections";

    private static readonly byte[] TombstonePrefix = [(byte)'T'];

    // Asking for a space opens nothing.
    public IKeyValueSpace Rows { get; } = store.Space(Space);

    public static byte[] CollectionKey(string workspace, string name = "") => Key('C', workspace, name);

    public static byte[] AliasKey(string workspace, string name = "") => Key('A', workspace, name);

    public static byte[] TombstoneKey(Guid collection) => [.. TombstonePrefix, .. collection.ToByteArray(bigEndian: true)];

    public static byte[] Write(CollectionRecord collection) => JsonSerializer.SerializeToUtf8Bytes(collection, LedgerJson.Options);

    public CollectionRecord? Find(string workspace, string name)
    {
        var row = new ArrayBufferWriter<byte>();
        return Rows.TryGet(CollectionKey(workspace, name), row) ? Read(row.WrittenSpan) : null;
    }

    /// <summary>How many points a collection has, as its shards wrote it down; null where one did not.</summary>
    public long? CountPoints(CollectionRecord collection)
    {
        long? count = 0;
        for (var shard = 0; shard < collection.Config.Shards; shard++)
        {
            var row = new ArrayBufferWriter<byte>();
            // A shard that nothing was written to has no row.
            if (Rows.TryGet(new ShardKeys(collection.Id, shard).End, row))
                count += EndCodec.Read(row.WrittenSpan).Points;
        }

        return count;
    }

    public async Task<List<CollectionRecord>> CollectionsAsync(string workspace, CancellationToken cancellationToken)
    {
        var collections = new List<CollectionRecord>();
        await foreach (var (_, row) in Rows.ScanAsync(CollectionKey(workspace), cancellationToken: cancellationToken))
            collections.Add(Read(row));
        return collections;
    }

    public async Task<Dictionary<string, string>> AliasesAsync(string workspace, CancellationToken cancellationToken)
    {
        var prefix = AliasKey(workspace);
        var aliases = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var (key, row) in Rows.ScanAsync(prefix, cancellationToken: cancellationToken))
            aliases.Add(Encoding.UTF8.GetString(key.AsSpan(prefix.Length)), Encoding.UTF8.GetString(row));
        return aliases;
    }

    public async Task<List<Guid>> TombstonesAsync(CancellationToken cancellationToken)
    {
        var tombstones = new List<Guid>();
        await foreach (var (key, _) in Rows.ScanAsync(TombstonePrefix, cancellationToken: cancellationToken))
            tombstones.Add(new(key.AsSpan(1), bigEndian: true));
        return tombstones;
    }

    private static CollectionRecord Read(ReadOnlySpan<byte> row) => JsonSerializer.Deserialize<CollectionRecord>(row, LedgerJson.Options)!;

    private static byte[] Key(char kind, string workspace, string name) => [(byte)kind, .. Encoding.UTF8.GetBytes(workspace), 0, .. Encoding.UTF8.GetBytes(name)];
}
