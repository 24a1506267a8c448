namespace Orrery.Kernel.Provenance;

/// <summary>
/// Reads the commit that a checkout stands at from its files (gitrepository-layout(5)), without starting a process: HEAD, the ref it names,
/// loose or packed, also in a linked worktree.
/// </summary>
public static class GitCommit
{
    /// <summary>The commit of the checkout that holds <paramref name="folder"/>; null where there is none or it cannot be read.</summary>
    public static string? Of(string folder)
    {
        try
        {
            for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            {
                if (GitFolder(Path.Combine(at.FullName, ".git")) is { } git)
                    return Head(git);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // A run is not refused because its checkout cannot be read; it then names no commit.
        }

        return null;
    }

    /// <summary>The top folder of the checkout that holds <paramref name="folder"/>; null where there is none.</summary>
    public static string? Root(string folder)
    {
        try
        {
            for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
            {
                if (GitFolder(Path.Combine(at.FullName, ".git")) is not null)
                    return at.FullName;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // As for the commit.
        }

        return null;
    }

    private static string? GitFolder(string path)
    {
        if (Directory.Exists(path))
            return path;
        if (!File.Exists(path) || First(path) is not ['g', 'i', 't', 'd', 'i', 'r', ':', .. var target])
            return null;
        return Path.GetFullPath(target.Trim(), Path.GetDirectoryName(path)!);
    }

    private static string? Head(string git)
    {
        var head = File.Exists(Path.Combine(git, "HEAD")) ? First(Path.Combine(git, "HEAD")) : null;
        if (head is not ['r', 'e', 'f', ':', .. var name])
            return Commit(head);
        // A linked worktree keeps its refs with the main one.
        var common = Path.Combine(git, "commondir");
        var shared = File.Exists(common) ? Path.GetFullPath(First(common)!.Trim(), git) : git;
        return Loose(git, name.Trim()) ?? Loose(shared, name.Trim()) ?? Packed(shared, name.Trim());
    }

    private static string? Loose(string git, string name)
    {
        var path = Path.GetFullPath(name, git);
        return path.StartsWith(git, StringComparison.Ordinal) && File.Exists(path) ? Commit(First(path)) : null;
    }

    private static string? Packed(string git, string name)
    {
        var path = Path.Combine(git, "packed-refs");
        var line = File.Exists(path) ? File.ReadLines(path).FirstOrDefault(line => line.EndsWith($" {name}", StringComparison.Ordinal)) : null;
        return Commit(line?.Split(' ')[0]);
    }

    private static string? First(string path) => File.ReadLines(path).FirstOrDefault();

    private static string? Commit(string? text) => text?.Trim() is { Length: 40 or 64 } id && id.All(char.IsAsciiHexDigit) ? id : null;
}
