using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Platform.KeyValues;
using Orrery.Platform.Ownership;
using Orrery.Search.Checkpoints;
using Orrery.Search.Collections;

namespace Orrery.Search.Shards;

/// <summary>Opens shards: at the first request that needs one, by reading its rows.</summary>
internal sealed class ShardFactory(IKeyValueStore store, CollectionRows rows, CheckpointFolder checkpoints, ILogger<ShardFactory> log) : IOwnerFactory<Shard>
{
    /// <summary>The keys of a collection's shards: workspace, collection, the collection's id, the shard's number. None of them holds a slash.</summary>
    public static IReadOnlyList<string> KeysOf(string workspace, CollectionRecord collection) =>
        [.. Enumerable.Range(0, collection.Config.Shards).Select(shard => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{workspace}/{collection.Name}/{collection.Id:N}/{shard}"))];

    public async Task<Shard> CreateAsync(string key, CancellationToken cancellationToken)
    {
        var parts = key.Split('/');
        if (rows.Find(parts[0], parts[1]) is not { } collection || collection.Id != Guid.ParseExact(parts[2], "N"))
            throw new NotFoundException($"Collection `{parts[1]}` doesn't exist!");
        var number = int.Parse(parts[3], System.Globalization.CultureInfo.InvariantCulture);
        var shard = new Shard(new(collection.Id, number), store.Space(CollectionRows.Space), new(collection.Config), checkpoints.Of(collection.Id, number), log);
        await shard.LoadAsync(cancellationToken);
        return shard;
    }
}
