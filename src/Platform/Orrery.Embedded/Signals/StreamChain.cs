using System.Collections.Immutable;
using Orrery.Embedded.Signals.Segments;
using Orrery.Embedded.Signals.Tails;

namespace Orrery.Embedded.Signals;

/// <summary>
/// The parts of a stream in the order of their offsets: segments, rolled tails, and the live tail. Thread-safe; its lock is held for moments,
/// never while a file is touched.
/// </summary>
internal sealed class StreamChain(string name, ImmutableArray<Segment> segments, ImmutableArray<TailFile> tails)
{
    private readonly Lock _gate = new();
    private ImmutableArray<Segment> _segments = segments;
    private ImmutableArray<TailFile> _tails = tails; // The last is the live one.
    private TaskCompletionSource? _appended;
    private bool _closed;

    /// <summary>The tail that takes appends.</summary>
    public TailFile Live
    {
        get
        {
            lock (_gate)
                return _tails[^1];
        }
    }

    /// <summary>The oldest tail that is no longer live; null where there is none.</summary>
    public TailFile? NextToConvert
    {
        get
        {
            lock (_gate)
                return _tails.Length > 1 ? _tails[0] : null;
        }
    }

    /// <summary>The segments that hold records before <paramref name="end"/>.</summary>
    public IReadOnlyList<Segment> SegmentsBefore(long end)
    {
        lock (_gate)
            return [.. _segments.Where(s => s.First < end)];
    }

    /// <summary>Makes <paramref name="next"/> the live tail. An empty one before it has the same name and place, and goes.</summary>
    public void Roll(TailFile next)
    {
        TailFile last;
        lock (_gate)
        {
            last = _tails[^1];
            _tails = (last.Rows > 0 ? _tails : _tails.Remove(last)).Add(next);
        }

        if (last.Rows == 0)
            last.EndUse();
    }

    /// <summary>Puts a segment in the place of the tail it was made from.</summary>
    public void Replace(TailFile tail, Segment segment)
    {
        lock (_gate)
        {
            _segments = _segments.Add(segment);
            _tails = _tails.Remove(tail);
        }
    }

    /// <summary>The part that holds an offset; a tail is then in use, and its reader ends that.</summary>
    public (Segment? Segment, TailFile? Tail) Locate(long offset)
    {
        lock (_gate)
        {
            if (_segments.LastOrDefault(s => s.First <= offset) is { } segment && offset < segment.End)
                return (segment, null);
            var tail = _tails.Last(t => t.First <= offset);
            return tail.TryUse() ? (null, tail) : throw Closed();
        }
    }

    /// <summary>Wakes those who wait for more.</summary>
    public void Announce()
    {
        lock (_gate)
        {
            _appended?.TrySetResult();
            _appended = null;
        }
    }

    /// <summary>Completes when there is a record at <paramref name="offset"/>.</summary>
    public async Task PastAsync(long offset, CancellationToken cancellationToken)
    {
        Task appended;
        lock (_gate)
        {
            if (_tails[^1].End > offset)
                return;
            if (_closed)
                throw Closed();
            appended = (_appended ??= new(TaskCreationOptions.RunContinuationsAsynchronously)).Task;
        }

        await appended.WaitAsync(cancellationToken);
    }

    /// <summary>Ends the waits, which would last for ever.</summary>
    public void EndWaits()
    {
        lock (_gate)
        {
            _closed = true;
            _appended?.TrySetException(Closed());
        }
    }

    /// <summary>Closes the tails once nobody reads them any more.</summary>
    public void Close()
    {
        foreach (var tail in _tails)
            tail.EndUse();
    }

    private ObjectDisposedException Closed() => new(name, "The signal stream is closed.");
}
