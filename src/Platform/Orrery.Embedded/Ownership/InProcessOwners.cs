using System.Collections.Concurrent;
using Orrery.Platform.Ownership;

namespace Orrery.Embedded.Ownership;

/// <summary>Owners that live in this process, which has the data folder to itself. Keys share nothing but the dictionary.</summary>
internal sealed class InProcessOwners<TOwner>(IOwnerFactory<TOwner> factory) : IOwners<TOwner>, IAsyncDisposable where TOwner : class
{
    private readonly ConcurrentDictionary<string, OwnerCell<TOwner>> _cells = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public async Task<T> CallAsync<T>(string key, Func<TOwner, CancellationToken, Task<T>> call, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(call);
        var (cell, turn) = Join(key);
        await turn.BeginAsync(cancellationToken);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            return await call(await cell.OwnerAsync(cancellationToken), cancellationToken);
        }
        finally
        {
            turn.End();
        }
    }

    /// <inheritdoc/>
    public async Task ReleaseAsync(string key)
    {
        if (!_cells.TryGetValue(key, out var cell) || cell.Join() is not { } turn)
            return; // Nobody lives there, or somebody else has just released it.
        await turn.BeginAsync(CancellationToken.None);
        try
        {
            if (await cell.DropAsync(turn))
                _cells.TryRemove(KeyValuePair.Create(key, cell));
        }
        finally
        {
            turn.End();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var key in _cells.Keys)
            await ReleaseAsync(key);
    }

    private (OwnerCell<TOwner> Cell, Turn Turn) Join(string key)
    {
        while (true)
        {
            var cell = _cells.GetOrAdd(key, static (key, factory) => new(key, factory), factory);
            if (cell.Join() is { } turn)
                return (cell, turn);
            _cells.TryRemove(KeyValuePair.Create(key, cell)); // Retired a moment ago.
        }
    }
}
