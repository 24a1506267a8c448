using Orrery.Kernel.Provenance;
using Orrery.Tests;
using Xunit;

namespace Orrery.Kernel.Tests.Provenance;

public sealed class GitCommitTests
{
    private const string Commit = "0123456789abcdef0123456789abcdef01234567";

    [Fact]
    public void The_commit_is_found_from_a_folder_below_the_checkout()
    {
        using var folder = new TempFolder();
        Write(folder, ".git/HEAD", "ref: refs/heads/main\n");
        Write(folder, ".git/refs/heads/main", Commit + "\n");
        Write(folder, "src/deep/file", "");
        Assert.Equal(Commit, GitCommit.Of(folder.File("src/deep")));
    }

    [Fact]
    public void A_detached_head_and_packed_refs_are_read()
    {
        using var folder = new TempFolder();
        Write(folder, ".git/HEAD", Commit);
        Assert.Equal(Commit, GitCommit.Of(folder.Path));
        Write(folder, ".git/HEAD", "ref: refs/heads/main");
        Assert.Null(GitCommit.Of(folder.Path)); // no commit yet
        Write(folder, ".git/packed-refs", $"# pack-refs with: peeled\n{new string('f', 40)} refs/heads/amain\n{Commit} refs/heads/main\n");
        Assert.Equal(Commit, GitCommit.Of(folder.Path));
    }

    [Fact]
    public void A_linked_worktree_is_followed()
    {
        using var folder = new TempFolder();
        Write(folder, "main/.git/refs/heads/topic", Commit);
        Write(folder, "main/.git/worktrees/w/HEAD", "ref: refs/heads/topic");
        Write(folder, "main/.git/worktrees/w/commondir", "../..");
        Write(folder, "w/.git", $"gitdir: {folder.File("main/.git/worktrees/w")}");
        Assert.Equal(Commit, GitCommit.Of(folder.File("w")));
    }

    [Theory]
    [InlineData("ref: ../../secret")]
    [InlineData("nonsense")]
    [InlineData("")]
    public void A_head_that_is_none_gives_no_commit(string head)
    {
        using var folder = new TempFolder();
        Write(folder, "a/.git/HEAD", head);
        Write(folder, "secret", Commit);
        Assert.Null(GitCommit.Of(folder.File("a")));
    }

    private static void Write(TempFolder folder, string path, string text)
    {
        var full = folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        File.WriteAllLines(full, [text]);
    }
}
