using LinqToDB.Data;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Platform.Relational;

namespace Orrery.Tests;

/// <summary>A database that is gone from a certain write on, as for a process that was killed: before that write, or after its commit.</summary>
internal sealed class MortalDatabase
{
    private readonly TaskCompletionSource _death = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _left = int.MaxValue;
    private bool _committed;

    public Task Death => _death.Task;

    public void DieAt(int write, bool committed)
    {
        _committed = committed;
        Volatile.Write(ref _left, write);
    }

    public void Decorate(IServiceCollection services)
    {
        var inner = services.Last(service => service.ServiceType == typeof(IDatabase));
        services.AddSingleton<IDatabase>(provider => new Wrapper(this, (IDatabase)(inner.ImplementationFactory?.Invoke(provider)
            ?? ActivatorUtilities.GetServiceOrCreateInstance(provider, inner.ImplementationType!))));
    }

    private sealed class Wrapper(MortalDatabase owner, IDatabase inner) : IDatabase
    {
        public Task<bool> IsNewAsync(CancellationToken cancellationToken = default) => inner.IsNewAsync(cancellationToken);

        public Task PingAsync(CancellationToken cancellationToken = default) => inner.PingAsync(cancellationToken);

        public Task<T> ReadAsync<T>(Func<DataConnection, CancellationToken, Task<T>> read, CancellationToken cancellationToken = default)
        {
            if (Volatile.Read(ref owner._left) <= 0)
                throw new IOException("The process is dead.");
            return inner.ReadAsync(read, cancellationToken);
        }

        public async Task<T> WriteAsync<T>(Func<DataConnection, T> write, CancellationToken cancellationToken = default)
        {
            var left = Interlocked.Decrement(ref owner._left);
            if (left == 0 && owner._committed)
                await inner.WriteAsync(write, cancellationToken);
            if (left > 0)
                return await inner.WriteAsync(write, cancellationToken);
            owner._death.TrySetResult();
            throw new IOException("The process is dead.");
        }
    }
}
