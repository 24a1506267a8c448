using Orrery.Tests;
using Xunit;

namespace Orrery.Platform.Tests.Crash;

/// <summary>A process whose files can grow no further is refused clearly, and loses nothing that was acknowledged.</summary>
public sealed class FullDiskTests
{
    public static bool HasNoFileSizeLimit => OperatingSystem.IsWindows();

    [Theory(Skip = "Windows has no limit on a file's size to stand for a full disk.", SkipWhen = nameof(HasNoFileSizeLimit))]
    [InlineData("database", 50_000)]
    [InlineData("blobs", 4_500_000)]
    [InlineData("keyvalues", 50_000)]
    [InlineData("signals", 3_000)]
    [InlineData("work", 50_000)]
    public async Task A_full_disk_is_a_clear_refusal_and_loses_nothing(string port, int bytes)
    {
        using var folder = new TempFolder();
        var said = new List<string>();
        if (port == "blobs")
            said.AddRange(await CrashChild.KillAfterAsync(20, folder.Path, port, 1, 1_000));
        said.AddRange(await CrashChild.RunWithFullDiskAsync(maxFileKiB: 4_096, folder.Path, port, bytes));

        var refusal = Assert.Single(said, l => l.StartsWith("refused ", StringComparison.Ordinal));
        Assert.Contains("Check the data folder's free space and permissions", refusal, StringComparison.Ordinal);
        Assert.Contains(said, l => l.StartsWith("ok ", StringComparison.Ordinal));
        await using var platform = await TestPlatform.StartInAsync(folder);
        await Survivors.CheckAsync(port, platform, said);
    }
}
