using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Crash;

/// <summary>
/// Kills a writing process with SIGKILL, 50 times in all, at moments drawn from a seed, some of them while it starts. Each port's kills
/// hit the same data folder, so that what one crash left is what the next process begins with.
/// </summary>
public sealed class KillTests
{
    private const int KillsOfEachPort = 10;

    /// <summary>The ports, with the size of a write. On PostgreSQL those that are kept there.</summary>
    public static TheoryData<string, int> Ports => TestDatabase.IsPostgres
        ? new() { { "database", 200 }, { "work", 200 } }
        : new() { { "database", 200 }, { "blobs", 20_000 }, { "keyvalues", 200 }, { "signals", 20 }, { "work", 200 } };

    [Theory, MemberData(nameof(Ports))]
    public async Task After_kill_9_every_acknowledged_write_is_there_and_nothing_is_half_written(string port, int bytes)
    {
        using var folder = new TempFolder();
        var random = new Random(20260101);
        var said = new List<string>();
        for (var round = 0; round < KillsOfEachPort; round++)
        {
            var lines = round % 5 == 0 ? 1 : random.Next(2, 400);
            said.AddRange(await CrashChild.KillAfterAsync(lines, folder.Path, port, round, bytes));
            await using var platform = await TestPlatform.StartInAsync(folder);
            await Survivors.CheckAsync(port, platform, said);
        }

        Assert.True(said.Count(l => l.StartsWith("ok ", StringComparison.Ordinal)) > 100, "So few writes were acknowledged that nothing was tested.");
    }
}
