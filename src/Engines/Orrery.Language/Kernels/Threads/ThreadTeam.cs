namespace Orrery.Language.Kernels.Threads;

/// <summary>
/// Threads that share the parts of one work after another. A token is some hundred works of a few microseconds each, so that waking a sleeping thread (50 µs) would
/// cost more than the work: members look for the next one a while before they park. Each member has a stretch of the parts and takes them from the front; who is through takes
/// from the others, so a member that the system took off its core delays nobody but the part it holds. A part costs no traffic between cores until then: where all claimed from
/// one count, two cores passed its cache line to and fro for each 32 KiB of weights, and a token took as long on two as on one. One caller at a time.
/// </summary>
internal sealed class ThreadTeam : IDisposable
{
    // Some 200 µs of looking: choosing a token and handing it over takes less, and the next step should find the members awake.
    private const int Looks = 8000;

    // A caller waits for parts under way this often before it lets others have its core: longer than a part takes.
    private const int Waits = 1000;

    private readonly Lock _callers = new();
    private readonly object _gate = new();
    private readonly Thread[] _members;
    private readonly PartRange[] _ranges;
    private ParallelWork? _work;
    private Exception? _fault;
    private uint _works;
    private int _parked;
    private bool _ended;
    private PaddedCount _done;

    /// <param name="threads">How many take part, the caller among them.</param>
    public ThreadTeam(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        _ranges = new PartRange[threads];
        _members = new Thread[threads - 1];
        for (var i = 0; i < _members.Length; i++)
        {
            var place = i + 1;
            _members[i] = new Thread(() => Serve(place)) { IsBackground = true, Name = $"Orrery.Language {place}" };
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
            _work = work;
            _works++;
            Volatile.Write(ref _done.Value, 0);
            for (var place = 0; place < _ranges.Length; place++)
                _ranges[place].Publish(_works, (int)((long)parts * place / _ranges.Length), (int)((long)parts * (place + 1) / _ranges.Length));
            // The count of the parked is read after the ranges are seen: who missed them is counted.
            Interlocked.MemoryBarrier();
            if (Volatile.Read(ref _parked) > 0)
                Wake();
            TakeAll(0);
            for (var wait = 0; Volatile.Read(ref _done.Value) < parts; wait++)
            {
                if (wait < Waits)
                    Thread.SpinWait(1);
                else
                    Thread.Yield();
            }

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

    private void Serve(int place)
    {
        while (!Volatile.Read(ref _ended))
        {
            if (!TakeAll(place) && !Look(place))
                Park();
        }
    }

    private bool Look(int place)
    {
        for (var look = 0; look < Looks; look++)
        {
            if (!_ranges[place].IsEmpty)
                return true;
            Thread.SpinWait(1);
        }

        return false;
    }

    private void Park()
    {
        lock (_gate)
        {
            Interlocked.Increment(ref _parked);
            while (!HasParts() && !Volatile.Read(ref _ended))
                Monitor.Wait(_gate);
            Interlocked.Decrement(ref _parked);
        }
    }

    private bool HasParts()
    {
        foreach (ref var range in _ranges.AsSpan())
        {
            if (!range.IsEmpty)
                return true;
        }

        return false;
    }

    private void Wake()
    {
        lock (_gate)
            Monitor.PulseAll(_gate);
    }

    /// <summary>Takes parts until none is left, its own first; whether there were any. They are counted once, at the end.</summary>
    private bool TakeAll(int place)
    {
        var taken = 0;
        for (var i = 0; i < _ranges.Length; i++)
        {
            ref var range = ref _ranges[(place + i) % _ranges.Length];
            while (range.TryTake(out var part))
            {
                RunPart(part);
                taken++;
            }
        }

        if (taken > 0)
            Interlocked.Add(ref _done.Value, taken);
        return taken > 0;
    }

    private void RunPart(int part)
    {
        // The claim holds this work in place: its caller waits for the part.
        try
        {
            _work!.Run(part);
        }
        catch (Exception fault)
        {
            Interlocked.CompareExchange(ref _fault, fault, null);
        }
    }
}
