using LinqToDB.Data;
using Orrery.Platform.GroupCommit;

namespace Orrery.Platform.Relational;

/// <summary>A write that waits for the writer.</summary>
internal abstract class DatabaseWrite : PendingWrite<object?>
{
    /// <summary>Runs it inside a transaction; its result is kept for <see cref="Complete"/>. It may run a second time.</summary>
    public abstract void Run(DataConnection connection);

    /// <summary>The transaction is durable.</summary>
    public abstract void Complete();
}

/// <inheritdoc/>
internal sealed class DatabaseWrite<T>(Func<DataConnection, T> write) : DatabaseWrite
{
    private object? _result;

    /// <inheritdoc/>
    public override void Run(DataConnection connection) => _result = write(connection);

    /// <inheritdoc/>
    public override void Complete() => Succeed(_result);
}
