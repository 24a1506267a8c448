using Orrery.Platform.Signals;
using Xunit;

namespace Orrery.Platform.Tests.Signals;

public sealed class InstantTests
{
    [Theory]
    [InlineData(15, 1)]
    [InlineData(0, 0)]
    [InlineData(-1, -1)]
    [InlineData(-10, -1)]
    [InlineData(-11, -2)]
    public void An_instant_is_rounded_down_to_microseconds_before_1970_too(long ticks, long microseconds)
    {
        var time = DateTimeOffset.UnixEpoch.AddTicks(ticks);
        Assert.Equal(microseconds, SignalBatch.ToMicroseconds(time));
        Assert.InRange(SignalBatch.FromMicroseconds(microseconds), time - TimeSpan.FromMicroseconds(1), time);
    }
}
