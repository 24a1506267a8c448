namespace Orrery.Vectors.Hnsw;

/// <summary>Many writers at once, or one that changes the storage itself. Searches pass without it.</summary>
internal sealed class WriterGate
{
    private readonly object _turn = new();
    private int _shared;
    private bool _exclusive;

    public void EnterShared()
    {
        lock (_turn)
        {
            while (_exclusive)
                Monitor.Wait(_turn);
            _shared++;
        }
    }

    public void ExitShared()
    {
        lock (_turn)
        {
            if (--_shared == 0)
                Monitor.PulseAll(_turn);
        }
    }

    public void EnterExclusive()
    {
        lock (_turn)
        {
            while (_exclusive)
                Monitor.Wait(_turn);
            _exclusive = true;
            while (_shared > 0)
                Monitor.Wait(_turn);
        }
    }

    public void ExitExclusive()
    {
        lock (_turn)
        {
            _exclusive = false;
            Monitor.PulseAll(_turn);
        }
    }
}
