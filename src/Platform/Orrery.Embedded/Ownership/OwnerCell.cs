using Orrery.Platform.Ownership;

namespace Orrery.Embedded.Ownership;

/// <summary>The place of one key's owner, and the line of calls before it.</summary>
internal sealed class OwnerCell<TOwner>(string key, IOwnerFactory<TOwner> factory) where TOwner : class
{
    private readonly Lock _gate = new();
    private Task _lastTurn = Task.CompletedTask;
    private bool _retired;
    private TOwner? _owner; // Touched only by the call whose turn it is.

    /// <summary>Joins the line; null where the cell is retired and the caller must ask for a new one.</summary>
    public Turn? Join()
    {
        lock (_gate)
        {
            if (_retired)
                return null;
            var turn = new Turn(_lastTurn);
            _lastTurn = turn.Over;
            return turn;
        }
    }

    /// <summary>The owner, made if it is not there. Only in one's turn.</summary>
    public async ValueTask<TOwner> OwnerAsync(CancellationToken cancellationToken) => _owner ??= await factory.CreateAsync(key, cancellationToken);

    /// <summary>Drops and disposes the owner, and retires the cell if nobody waits behind. Only in one's turn.</summary>
    /// <returns>Whether the cell is retired.</returns>
    public async ValueTask<bool> DropAsync(Turn turn)
    {
        var owner = _owner;
        _owner = null;
        if (owner is IAsyncDisposable asynchronous)
            await asynchronous.DisposeAsync();
        else
            (owner as IDisposable)?.Dispose();
        lock (_gate)
            return _retired = _lastTurn == turn.Over;
    }
}
