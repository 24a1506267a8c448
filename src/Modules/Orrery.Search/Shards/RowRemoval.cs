using Orrery.Platform.KeyValues;

namespace Orrery.Search.Shards;

/// <summary>Removes all rows below a prefix, some at a time. Cut short, it is simply run again.</summary>
internal static class RowRemoval
{
    private const int RowsOfBatch = 2_000;

    public static async Task RunAsync(IKeyValueSpace space, byte[] prefix, CancellationToken cancellationToken)
    {
        var batch = new KeyValueBatch();
        await foreach (var (key, _) in space.ScanAsync(prefix, cancellationToken: cancellationToken))
        {
            batch.Delete(key);
            if (batch.Entries.Count < RowsOfBatch)
                continue;
            await space.WriteAsync(batch, Durability.Relaxed, cancellationToken);
            batch = new();
        }

        await space.WriteAsync(batch, Durability.Relaxed, cancellationToken);
    }
}
