using Orrery.Platform.GroupCommit;
using Orrery.Platform.Signals;

namespace Orrery.Embedded.Signals;

/// <summary>A batch that waits to be appended; its caller gets the offset of the first record.</summary>
internal sealed class SignalAppend(SignalBatch batch) : PendingWrite<long>
{
    public SignalBatch Batch { get; } = batch;

    /// <summary>It is durable, from <paramref name="first"/> on.</summary>
    public void Complete(long first) => Succeed(first);
}
