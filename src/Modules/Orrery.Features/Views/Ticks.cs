using Orrery.Platform.Signals;

namespace Orrery.Features.Views;

/// <summary>A view's clock: tick n is the instant n × <paramref name="Microseconds"/> after 1970 in UTC.</summary>
internal readonly record struct Ticks(long Microseconds)
{
    /// <summary>The first tick at or after an instant: the one at which an event that became known then begins to count.</summary>
    public long AtOrAfter(long microseconds) => -FloorDivide(-microseconds, Microseconds);

    /// <summary>The last tick at or before an instant: the one that a request then sees.</summary>
    public long AtOrBefore(long microseconds) => FloorDivide(microseconds, Microseconds);

    /// <summary>The last tick at or before an instant.</summary>
    public long AtOrBefore(DateTimeOffset time) => AtOrBefore(SignalBatch.ToMicroseconds(time));

    /// <summary>The instant of a tick.</summary>
    public DateTimeOffset Time(long tick) => SignalBatch.FromMicroseconds(checked(tick * Microseconds));

    private static long FloorDivide(long value, long divisor)
    {
        var (quotient, remainder) = Math.DivRem(value, divisor);
        return remainder < 0 ? quotient - 1 : quotient;
    }
}
