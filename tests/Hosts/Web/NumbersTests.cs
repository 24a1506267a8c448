using Orrery.Web.Parts;
using Xunit;

namespace Orrery.Hosts.Tests.Web;

public sealed class NumbersTests
{
    [Theory]
    [InlineData(0, "0")]
    [InlineData(0.70397712, "0.704")]
    [InlineData(0.00004, "4e-5")]
    [InlineData(12345, "12,345")]
    [InlineData(1234.56, "1,234.6")]
    [InlineData(double.NaN, "not defined")]
    [InlineData(double.PositiveInfinity, "∞")]
    public void A_metric_has_four_significant_digits(double value, string text) => Assert.Equal(text, Numbers.Metric(value));

    [Theory]
    [InlineData(512, "512 B")]
    [InlineData(1536, "1.5 KiB")]
    [InlineData(5_368_709_120, "5 GiB")]
    public void Bytes_are_in_binary_units(long bytes, string text) => Assert.Equal(text, Numbers.Bytes(bytes));

    [Theory]
    [InlineData(0.0002, "under 1 ms")]
    [InlineData(0.25, "250 ms")]
    [InlineData(12.34, "12.3 s")]
    [InlineData(125, "2m5s")]
    public void A_duration_is_as_exact_as_anybody_wants_to_know(double seconds, string text) => Assert.Equal(text, Numbers.Duration(TimeSpan.FromSeconds(seconds)));
}
