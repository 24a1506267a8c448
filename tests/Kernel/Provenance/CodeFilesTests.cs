using System.Diagnostics;
using System.Text;
using Orrery.Kernel.Provenance;
using Orrery.Tests;
using Xunit;

namespace Orrery.Kernel.Tests.Provenance;

public sealed class CodeFilesTests
{
    [Fact]
    public async Task What_differs_from_the_commit_is_kept_with_the_lock_files()
    {
        using var folder = new TempFolder();
        await GitAsync(folder, "init", "-q");
        Write(folder, "train.py", "print(1)\n");
        await GitAsync(folder, "add", ".");
        await GitAsync(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first");
        Write(folder, "train.py", "print(2)\n");
        Write(folder, "requirements.txt", "numpy==2.0\n");

        var files = await CodeFiles.OfAsync(folder.Path, TestContext.Current.CancellationToken);

        Assert.Contains("+print(2)", Encoding.UTF8.GetString(Assert.Single(files, file => file.Path == "environment/code.diff").Content), StringComparison.Ordinal);
        Assert.Equal("numpy==2.0\n", Encoding.UTF8.GetString(Assert.Single(files, file => file.Path == "environment/requirements.txt").Content));
        Assert.Contains(files, file => file.Path.EndsWith(".deps.json", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_checkout_cannot_make_git_run_a_program()
    {
        using var folder = new TempFolder();
        await GitAsync(folder, "init", "-q");
        Write(folder, "a.txt", "1\n");
        Write(folder, ".gitattributes", "*.txt diff=evil\n");
        await GitAsync(folder, "add", ".");
        await GitAsync(folder, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first");
        foreach (var setting in (string[])["diff.evil.textconv", "diff.evil.command", "diff.external", "core.fsmonitor"])
            await GitAsync(folder, "config", setting, $"touch {folder.File("ran")}");
        Write(folder, "a.txt", "2\n");

        var files = await CodeFiles.OfAsync(folder.Path, TestContext.Current.CancellationToken);

        Assert.Contains(files, file => file.Path == "environment/code.diff");
        Assert.False(File.Exists(folder.File("ran")));
    }

    [Fact]
    public async Task What_is_too_large_is_left_out_and_a_folder_without_git_has_no_diff()
    {
        using var folder = new TempFolder();
        Write(folder, "requirements.txt", new string('x', CodeFile.MaxBytes + 1));
        var files = await CodeFiles.OfAsync(folder.Path, TestContext.Current.CancellationToken);
        Assert.DoesNotContain(files, file => file.Path is "environment/requirements.txt" or "environment/code.diff");
    }

    [Fact]
    public void Secrets_do_not_stand_in_the_command()
    {
        Assert.Equal(
            "train --token … --api-key=… --depth 3 \"a b\" MY_PASSWORD=… --tokens",
            CommandLine.Of(["train", "--token", "abc", "--api-key=def", "--depth", "3", "a b", "MY_PASSWORD=ghi", "--tokens"]));
    }

    private static void Write(TempFolder folder, string path, string text)
    {
        using var file = File.CreateText(folder.File(path));
        file.Write(text);
    }

    private static async Task GitAsync(TempFolder folder, params string[] arguments)
    {
        using var git = Process.Start(new ProcessStartInfo("git", arguments) { WorkingDirectory = folder.Path })!;
        await git.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, git.ExitCode);
    }
}
