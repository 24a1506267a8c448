using CsCheck;
using Orrery.Kernel;
using Orrery.Ledger.Artifacts;
using Orrery.Platform.Blobs;
using Orrery.Tests;
using Xunit;
using static Orrery.Ledger.Tests.LedgerTest;

namespace Orrery.Ledger.Tests.Artifacts;

public sealed class ArtifactTreeTests
{
    [Fact]
    public async Task A_path_of_a_run_leads_to_the_artifacts_of_that_run()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "flights"));
        await PutAsync(platform, $"0/{run.Id}/artifacts/plots/roc.svg", "<svg/>");

        Assert.Equal("plots/roc.svg", Assert.Single(await platform.Runs().ArtifactsAsync(Ada, run.Id)).Path);
        Assert.Equal([new("plots", null)], await Tree(platform).ListAsync(Ada, $"0/{run.Id}/artifacts"));
        Assert.Equal([new("roc.svg", 6)], await Tree(platform).ListAsync(Ada, $"0/{run.Id}/artifacts/plots"));
        Assert.Equal($"0/{run.Id}/artifacts/plots/roc.svg", Assert.Single(await Tree(platform).FilesAsync(Ada, $"0/{run.Id}/artifacts", 10)).Path);
        Assert.Equal(6, (await Tree(platform).GetAsync(Ada, $"0/{run.Id}/artifacts/plots/roc.svg")).Content.Length);
        Assert.Equal(1, await Tree(platform).DeleteAsync(Ada, $"0/{run.Id}/artifacts/plots"));
        Assert.Empty(await platform.Runs().ArtifactsAsync(Ada, run.Id));
    }

    [Fact]
    public async Task Other_paths_lie_beside_and_workspaces_do_not_see_each_other()
    {
        await using var platform = await StartAsync();
        foreach (var path in new[] { "a.txt", "dir/b.txt", "dir/sub/c.txt", "dir-2/d.txt", "0/00000000000000000000000000000001/artifacts/x" })
            await PutAsync(platform, path, path);

        Assert.Equal(["0", "a.txt", "dir", "dir-2"], (await Tree(platform).ListAsync(Ada, "")).Select(entry => entry.Name));
        Assert.Equal([new("b.txt", 9), new("sub", null)], await Tree(platform).ListAsync(Ada, "dir"));
        Assert.Empty(await Tree(platform).ListAsync(Ada, "di"));
        var elsewhere = Ada with { Workspace = "other" };
        Assert.Empty(await Tree(platform).ListAsync(elsewhere, ""));
        await Assert.ThrowsAsync<NotFoundException>(() => Tree(platform).GetAsync(elsewhere, "a.txt"));
        Assert.Equal(0, await Tree(platform).DeleteAsync(elsewhere, "dir"));
        Assert.Equal(2, await Tree(platform).DeleteAsync(Ada, "dir"));
        Assert.Equal(["0", "a.txt", "dir-2"], (await Tree(platform).ListAsync(Ada, "")).Select(entry => entry.Name));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\b")]
    [InlineData("C:/windows")]
    [InlineData("c:x")]
    [InlineData("a/./b")]
    [InlineData("a\0b")]
    [InlineData("a/")]
    [InlineData("")]
    public async Task A_path_that_is_not_relative_and_plain_is_refused_everywhere(string path)
    {
        await using var platform = await StartAsync();
        await Assert.ThrowsAsync<InvalidException>(() => PutAsync(platform, path, "x"));
        await Assert.ThrowsAsync<InvalidException>(() => Tree(platform).GetAsync(Ada, path));
        await Assert.ThrowsAsync<InvalidException>(() => Tree(platform).DeleteAsync(Ada, path));
        if (path.Length > 0)
            await Assert.ThrowsAsync<InvalidException>(() => Tree(platform).ListAsync(Ada, path));
    }

    [Fact]
    public async Task A_traversal_behind_a_run_is_refused()
    {
        await using var platform = await StartAsync();
        var run = await platform.Runs().StartAsync(Ada, new("train", "flights"));
        await Assert.ThrowsAsync<InvalidException>(() => PutAsync(platform, $"0/{run.Id}/artifacts/../../other", "x"));
    }

    [Fact]
    public async Task A_listing_in_batches_gives_what_looking_at_every_path_gives()
    {
        await Gen.Char["ab-/01"].Array[1, 6].Select(parts => new string(parts)).Where(path => !path.StartsWith('/') && !path.EndsWith('/') && !path.Contains("//"))
            .HashSet[0, 40].SampleAsync(async paths =>
            {
                var files = paths.Order(StringComparer.Ordinal).Select(path => new ListedFile(path, "", 1, "")).ToList();
                foreach (var folder in new[] { "", "a", "b", "a/b" })
                {
                    var prefix = folder.Length == 0 ? "" : folder + "/";
                    var below = paths.Where(path => path.StartsWith(prefix, StringComparison.Ordinal)).Select(path => path[prefix.Length..]).ToList();
                    var expected = below.Where(path => !path.Contains('/')).Select(path => new ArtifactEntry(path, 1))
                        .Concat(below.Where(path => path.Contains('/')).Select(path => path[..path.IndexOf('/')]).Distinct().Select(name => new ArtifactEntry(name, null)))
                        .OrderBy(entry => entry.Name, StringComparer.Ordinal).ThenBy(entry => entry.Length is null).ToList();
                    var listed = await FolderListing.ChildrenAsync(folder, (from, end, limit, _) => Task.FromResult(files.Where(file =>
                        string.CompareOrdinal(file.Path, from) >= 0 && (end is null || string.CompareOrdinal(file.Path, end) < 0)).Take(limit).ToList()), 2, default);
                    Assert.Equal(expected, listed.OrderBy(entry => entry.Name, StringComparer.Ordinal).ThenBy(entry => entry.Length is null));
                }
            });
    }

    private static IArtifactTree Tree(TestPlatform platform) => platform.Get<IArtifactTree>();

    private static async Task PutAsync(TestPlatform platform, string path, string content) =>
        await Tree(platform).PutAsync(Ada, new(path, await platform.Blobs.PutAsync(System.Text.Encoding.UTF8.GetBytes(content)), "text/plain"));
}
