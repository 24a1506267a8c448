using Orrery.Platform.Signals;

namespace Orrery.Ledger.Storage;

/// <summary>How the ledger's tables keep instants: microseconds since 1970 in UTC.</summary>
internal static class Instant
{
    /// <summary>To a column.</summary>
    public static long ToColumn(DateTimeOffset time) => SignalBatch.ToMicroseconds(time);

    /// <summary>From a column.</summary>
    public static DateTimeOffset FromColumn(long microseconds) => SignalBatch.FromMicroseconds(microseconds);

    /// <summary>The instant as it will be read back, so that what a write returns equals what a later read returns.</summary>
    public static DateTimeOffset Now(TimeProvider clock) => FromColumn(ToColumn(clock.GetUtcNow()));
}
