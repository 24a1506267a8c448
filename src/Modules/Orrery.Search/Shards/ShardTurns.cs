using Orrery.Platform.Ownership;

namespace Orrery.Search.Shards;

/// <summary>The turns of several shards' owners at once.</summary>
internal static class ShardTurns
{
    /// <summary>Calls while all owners stand still. Give the keys in the order of the shards' numbers, as everybody does: nobody waits for somebody who waits.</summary>
    public static Task<T> CallAllAsync<T>(this IOwners<Shard> owners, IReadOnlyList<string> keys, Func<IReadOnlyList<Shard>, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var shards = new Shard[keys.Count];
        return NextAsync(0, cancellationToken);

        Task<T> NextAsync(int number, CancellationToken turn) => owners.CallAsync(keys[number], (shard, token) =>
        {
            shards[number] = shard;
            return number + 1 == shards.Length ? call(shards, token) : NextAsync(number + 1, token);
        }, turn);
    }
}
