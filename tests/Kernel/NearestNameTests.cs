using Xunit;

namespace Orrery.Kernel.Tests;

public sealed class NearestNameTests
{
    [Theory]
    [InlineData("windwo", "window")]
    [InlineData("Agregate", "aggregate")]
    [InlineData("features", "features")]
    public void It_finds_what_was_meant(string typed, string meant) => Assert.Equal(meant, NearestName.Of(typed, ["window", "aggregate", "features", "ttl"]));

    [Fact]
    public void It_does_not_guess_wildly() => Assert.Null(NearestName.Of("gradient", ["ttl", "window"]));

    [Fact]
    public void It_knows_nothing_about_nothing() => Assert.Null(NearestName.Of("window", []));
}
