namespace Orrery.Language.Kernels.Threads;

/// <summary>
/// Threads that share the parts of one work after another. A token is some hundred works of a few microseconds each, so that waking a sleeping thread (50 µs) would
/// cost more than the work: members spin a while before they park. Parts are claimed, not assigned: a member that the system took off its core delays nobody but
/// the part it holds. One caller at a time.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    // About 50 µs of looking before a member sleeps; the pauses between the works of a token are shorter.
    private const int Looks = 2000;

    private readonly Lock _callers = new();
    private readonly object _gate = new();
    private readonly Thread[] _members;
    private ParallelWork? _work;
    private Exception? _fault;

    // The count of works in the upper half, the parts not yet claimed in the lower: a claim by compare-and-swap is for this very work.
    private long _state;
    private int _parts;
    private int _done;
    private int _parked;
    private bool _ended;

    /// <param name="threads">How many take part, the caller among them.</param>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _members = new Thread[threads - 1];
        for (var i = 0; i < _members.Length; i++)
        {
            _members[i] = new Thread(Serve) { IsBackground = true, Name = $"Orrery.Language {i + 1}" };
            _members[i].Start();
        }
    }

    public int Threads { get; }

    /// <summary>Runs parts 0 … parts − 1 and returns when all are done. A part's exception is thrown here, after the others ended.</summary>
    public void Run(ParallelWork work, int parts)
    {
        if (_members.Length == 0 || parts <= 1)
        {
            for (var part = 0; part < parts; part++)
                work.Run(part);
            return;
        }

        lock (_callers)
        {
            (_work, _parts, _done) = (work, parts, 0);
            var next = ((_state >> 32) + 1) << 32 | (uint)parts;
            Interlocked.Exchange(ref _state, next);
            if (Volatile.Read(ref _parked) > 0)
                Wake();
            while (TryTake())
            {
            }

            var spin = new SpinWait();
            while (Volatile.Read(ref _done) < parts)
                spin.SpinOnce(sleep1Threshold: -1);
            _work = null;
            if (Interlocked.Exchange(ref _fault, null) is { } fault)
                throw new AggregateException(fault);
        }
    }

    public void Dispose()
    {
        Volatile.Write(ref _ended, true);
        Wake();
        foreach (var member in _members)
            member.Join();
    }

    private void Serve()
    {
        while (!Volatile.Read(ref _ended))
        {
            if (TryTake())
                continue;
            if (!Look())
                Park();
        }
    }

    private bool Look()
    {
        for (var look = 0; look < Looks; look++)
        {
            if ((uint)Volatile.Read(ref _state) != 0)
                return true;
            Thread.SpinWait(1);
        }

        return false;
    }

    private void Park()
    {
        lock (_gate)
        {
            // The count is seen before the state is read: a caller that missed the count has published its work already.
            Interlocked.Increment(ref _parked);
            while ((uint)Volatile.Read(ref _state) == 0 && !Volatile.Read(ref _ended))
                Monitor.Wait(_gate);
            Interlocked.Decrement(ref _parked);
        }
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    private bool TryTake()
    {
        var state = Volatile.Read(ref _state);
        if ((uint)state == 0)
            return false;
        if (Interlocked.CompareExchange(ref _state, state - 1, state) != state)
            return true; // somebody was faster; look again
        // The claim holds this work in place: its caller waits for the part.
        try
        {
            _work!.Run(_parts - (int)(uint)state);
        }
        catch (Exception fault)
        {
            Interlocked.CompareExchange(ref _fault, fault, null);
        }

        Interlocked.Increment(ref _done);
        return true;
    }
}
