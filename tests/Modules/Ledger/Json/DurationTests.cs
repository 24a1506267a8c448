using CsCheck;
using Orrery.Ledger.Json;
using Xunit;

namespace Orrery.Ledger.Tests.Json;

public sealed class DurationTests
{
    [Theory]
    [InlineData("15m", 15 * 60 * 1000)]
    [InlineData("24h", 24 * 3600 * 1000)]
    [InlineData("7d", 7 * 24 * 3600 * 1000)]
    [InlineData("1h30m", 90 * 60 * 1000)]
    [InlineData("500ms", 500)]
    [InlineData("0s", 0)]
    [InlineData("-5m", -5 * 60 * 1000)]
    [InlineData("90m", 90 * 60 * 1000)]
    public void A_duration_is_read_as_people_write_it(string text, int milliseconds)
    {
        Assert.True(Durations.TryParse(text, out var duration));
        Assert.Equal(TimeSpan.FromMilliseconds(milliseconds), duration);
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("15")]
    [InlineData("m")]
    [InlineData("1.5h")]
    [InlineData("5 m")]
    [InlineData("30m1h")]
    [InlineData("1h1h")]
    [InlineData("1w")]
    [InlineData("1M")]
    [InlineData("01:30:00")]
    [InlineData("150ns1us")]
    [InlineData("50ns")]
    [InlineData("99999999999999999d")]
    [InlineData("-10675199d2h48m5s477ms580us900ns")]
    public void Anything_else_is_refused(string text) => Assert.False(Durations.TryParse(text, out _));

    [Fact]
    public void What_is_written_reads_back_the_same() =>
        Gen.Long.Sample(ticks => Durations.TryParse(Durations.Format(new(ticks)), out var read) && read.Ticks == ticks);

    [Fact]
    public void The_extremes_read_back_the_same()
    {
        foreach (var extreme in new[] { TimeSpan.MinValue, TimeSpan.MaxValue, TimeSpan.FromTicks(1), TimeSpan.Zero })
        {
            Assert.True(Durations.TryParse(Durations.Format(extreme), out var read));
            Assert.Equal(extreme, read);
        }
    }
}
