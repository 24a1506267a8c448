using Orrery.Server;
using Xunit;

namespace Orrery.Hosts.Tests.Server;

public sealed class MemoryAtRestTests
{
    private const long Megabyte = 1 << 20;

    [Fact]
    public void A_server_that_works_is_never_interrupted()
    {
        var rests = new Rests();
        for (var megabytes = 100; megabytes < 10_000; megabytes += 100)
            Assert.False(rests.Begins(megabytes * Megabyte));
    }

    [Fact]
    public void A_rest_after_work_is_collected_once()
    {
        var rests = new Rests();
        Assert.False(rests.Begins(500 * Megabyte));
        Assert.True(rests.Begins(501 * Megabyte));
        for (var megabytes = 502; megabytes < 560; megabytes++)
            Assert.False(rests.Begins(megabytes * Megabyte));
    }

    [Fact]
    public void A_server_that_has_hardly_worked_is_left_alone()
    {
        var rests = new Rests();
        for (var megabytes = 1; megabytes < 60; megabytes++)
            Assert.False(rests.Begins(megabytes * Megabyte));
    }
}
