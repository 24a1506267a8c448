namespace Orrery.Gateway.Providers.Remote;

/// <summary>How long a provider may be silent: the token is cancelled when it was for too long, and each sign of life starts anew.</summary>
internal sealed class Patience : IDisposable
{
    private readonly CancellationTokenSource _silence;
    private readonly CancellationTokenSource _linked;
    private readonly TimeSpan _limit;

    public Patience(TimeSpan limit, TimeProvider time, CancellationToken cancellationToken)
    {
        _limit = limit;
        _silence = new CancellationTokenSource(limit, time);
        _linked = CancellationTokenSource.CreateLinkedTokenSource(_silence.Token, cancellationToken);
    }

    public CancellationToken Token => _linked.Token;

    public bool IsOver => _silence.IsCancellationRequested;

    public void Renew() => _silence.CancelAfter(_limit);

    public void Dispose()
    {
        _linked.Dispose();
        _silence.Dispose();
    }
}
