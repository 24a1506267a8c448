using System.Collections.Concurrent;

namespace Orrery.Embedded.Work;

/// <summary>Wakes those who wait for a queue in this process.</summary>
internal sealed class QueueWakes
{
    private readonly ConcurrentDictionary<string, TaskCompletionSource> _waiting = new(StringComparer.Ordinal);

    /// <summary>Completes at the next <see cref="Wake"/> of the queue. Ask for it before looking into the queue, or a wake between the two is missed.</summary>
    public Task Next(string queue) => _waiting.GetOrAdd(queue, static _ => new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;

    /// <summary>Something may be there to take.</summary>
    public void Wake(string queue)
    {
        if (_waiting.TryRemove(queue, out var waiting))
            waiting.TrySetResult();
    }
}
