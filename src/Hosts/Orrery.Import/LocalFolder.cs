using Orrery.Kernel;

namespace Orrery.Import;

/// <summary>
/// A folder that another system wrote. Its records name files of it; a record is not to be trusted, so whatever lies outside, by <c>..</c>, by an absolute path or
/// by a link, is not read: an import must not carry <c>/etc/passwd</c> to a server because a file said so.
/// </summary>
internal sealed class LocalFolder
{
    private readonly string _root;

    public LocalFolder(string path)
    {
        if (!Directory.Exists(path))
            throw new InvalidException($"There is no folder '{path}'.");
        _root = Path.GetFullPath(path);
    }

    /// <summary>The path of something in it; null where it leads out or is not there.</summary>
    public string? Find(string relative)
    {
        if (relative.Contains('\0', StringComparison.Ordinal))
            return null;
        var path = Path.GetFullPath(Path.Combine(_root, relative));
        return IsInside(path) && Path.Exists(path) && !LeadsOut(path) ? path : null;
    }

    /// <summary>Every plain file below a folder of it, with its path relative to that folder. Links are left out.</summary>
    public static IEnumerable<(string Relative, string Path)> Files(string folder)
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint };
        return Directory.EnumerateFiles(folder, "*", options).Order(StringComparer.Ordinal)
            .Select(path => (Path.GetRelativePath(folder, path).Replace(Path.DirectorySeparatorChar, '/'), path));
    }

    private bool IsInside(string path) => path == _root || path.StartsWith(_root + Path.DirectorySeparatorChar, StringComparison.Ordinal);

    private bool LeadsOut(string path)
    {
        for (var part = path; part.Length > _root.Length; part = Path.GetDirectoryName(part)!)
        {
            if (File.GetAttributes(part).HasFlag(FileAttributes.ReparsePoint))
                return true;
        }

        return false;
    }
}
