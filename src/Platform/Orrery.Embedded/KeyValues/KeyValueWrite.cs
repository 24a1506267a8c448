using Orrery.Platform.GroupCommit;
using Orrery.Platform.KeyValues;
using RocksDbSharp;

namespace Orrery.Embedded.KeyValues;

/// <summary>A batch that waits to be written to its space.</summary>
internal sealed class KeyValueWrite(KeyValueBatch batch, ColumnFamilyHandle family, PointCache cache) : PendingWrite<bool>
{
    /// <summary>Adds its puts and deletes, in their order, to what is written at once.</summary>
    public void AddTo(WriteBatch target)
    {
        foreach (var (key, value) in batch.Entries)
        {
            if (value is null)
                target.Delete(key, family);
            else
                target.Put(key, value, family);
        }
    }

    /// <summary>Its keys are read from the store again; called when it was written, or may have been, and before anybody is told.</summary>
    public void Forget()
    {
        foreach (var (key, _) in batch.Entries)
            cache.Forget(key);
    }

    /// <summary>It is durable.</summary>
    public void Complete() => Succeed(true);
}
