namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>
/// The file of a trace below the <c>file:</c> root that whoever started the server named, where clients on this machine write it. Nothing else of the
/// disk is read: no other root, no link on the way, and of the file only what are spans.
/// </summary>
internal static class LocalTraceFile
{
    /// <summary>The file's bytes; null where there is none to be read.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(string root, string uri, CancellationToken cancellationToken)
    {
        if (PathOf(root) is not { } top || PathOf(uri) is not { } folder)
            return null;
        var path = Path.Combine(folder, TraceFile.Name);
        if (!path.StartsWith(top.TrimEnd(Path.DirectorySeparatorChar) + Path.DirectorySeparatorChar, StringComparison.Ordinal) || HasLink(path, top))
            return null;
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            if (file.Length > TraceFile.MaxBytes)
                return null;
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string? PathOf(string uri) =>
        Uri.TryCreate(uri, UriKind.Absolute, out var location) && location is { IsFile: true, IsUnc: false } ? Path.GetFullPath(location.LocalPath) : null;

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
