using System.Diagnostics;

namespace Orrery.Serving.Plans;

/// <summary>What an arm did. Written by all requests at once, so a reader sees figures that may be a request apart.</summary>
internal sealed class ArmCounters
{
    private long _requests;
    private long _answered;
    private long _errors;
    private long _nonFinite;
    private long _slow;
    private long _scoringTicks;

    public long Requests => Interlocked.Read(ref _requests);

    public long Answered => Interlocked.Read(ref _answered);

    public long Errors => Interlocked.Read(ref _errors);

    public long NonFinite => Interlocked.Read(ref _nonFinite);

    public long Slow => Interlocked.Read(ref _slow);

    public double MeanScoringMs => Requests is > 0 and var requests ? Interlocked.Read(ref _scoringTicks) * 1000.0 / Stopwatch.Frequency / requests : 0;

    public void Scored(long ticks, long slowTicks)
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Add(ref _scoringTicks, ticks);
        if (ticks > slowTicks)
            Interlocked.Increment(ref _slow);
    }

    public void Failed()
    {
        Interlocked.Increment(ref _requests);
        Interlocked.Increment(ref _errors);
    }

    public void GaveNonFinite() => Interlocked.Increment(ref _nonFinite);

    public void WasAnswer() => Interlocked.Increment(ref _answered);
}
