namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>
/// Files below the <c>file:</c> root that whoever started the server named (<c>--artifact-root</c>), where clients on this machine write by themselves. No other root is
/// touched, whatever a client names as the place of its artifacts, and nothing through a link.
/// </summary>
internal static class LocalFiles
{
    /// <summary>The path of a URI below the root; null where it is not below, or a link stands on the way.</summary>
    /// <param name="root">The server's own root.</param>
    /// <param name="uri">Where a run, a trace or a logged model keeps its files.</param>
    /// <param name="below">A path below that, which <see cref="SafePath"/> has read; empty for the folder itself.</param>
    public static string? Resolve(string root, string uri, string below = "")
    {
        if (PathOf(root) is not { } top || PathOf(uri) is not { } folder)
            return null;
        var path = Path.GetFullPath(Path.Combine(folder, below));
        top = Path.TrimEndingDirectorySeparator(top);
        return IsBelow(path, folder) && IsBelow(path, top) && !HasLink(path, top) ? path : null;
    }

    private static string? PathOf(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var location) && location is { IsFile: true, IsUnc: false } ? Path.GetFullPath(location.LocalPath) : null;

    private static bool IsBelow(string path, string folder) =>
        path.Length >= folder.Length && path.StartsWith(folder, StringComparison.Ordinal) && (path.Length == folder.Length || path[folder.Length] == Path.DirectorySeparatorChar);

    private static bool HasLink(string path, string top)
    {
        for (var at = path; at.Length > top.Length; at = Path.GetDirectoryName(at)!)
        {
            if (new FileInfo(at).LinkTarget is not null)
                return true;
        }

        return false;
    }
}
