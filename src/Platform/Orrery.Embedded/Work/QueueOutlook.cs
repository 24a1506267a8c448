using System.Collections.Concurrent;

namespace Orrery.Embedded.Work;

/// <summary>
/// When the next item of each queue is due, as far as this process knows. The data folder has one owner, so what was read once holds until this
/// process changes the queue: idle workers ask here and leave the database in peace. Thread-safe.
/// </summary>
internal sealed class QueueOutlook
{
    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    /// <summary>What is known of the queue; null where it has to be read.</summary>
    public Entry? Find(string queue) => _entries.GetValueOrDefault(queue);

    /// <summary>Keeps what a read found, unless the queue was changed since <paramref name="before"/> was asked for.</summary>
    /// <param name="queue">The queue.</param>
    /// <param name="before">What <see cref="Find"/> said before the read.</param>
    /// <param name="due">The earliest due time, in microseconds since 1970; null where the queue is empty.</param>
    public void Learn(string queue, Entry? before, long? due)
    {
        var learnt = new Entry(isKnown: true, due);
        if (before is null)
            _entries.TryAdd(queue, learnt);
        else
            _entries.TryUpdate(queue, learnt, before);
    }

    /// <summary>The queue was changed; it has to be read again. Call it once the change is durable.</summary>
    public void Forget(string queue) => _entries[queue] = new(isKnown: false, due: null);

    /// <summary>What is known at one moment. Compared by identity, so that two changes never look like none.</summary>
    internal sealed class Entry(bool isKnown, long? due)
    {
        public bool IsKnown { get; } = isKnown;

        public long? Due { get; } = due;
    }
}
