namespace Orrery.Ledger.Artifacts;

/// <summary>A file as a listing sees it.</summary>
internal sealed record ListedFile(string Path, string Digest, long Length, string MediaType);

/// <summary>
/// Lists a folder from an index of paths in byte order. Whole folders below it are jumped over, so a folder costs as many statements as it has thousands
/// of children, not of descendants.
/// </summary>
internal static class FolderListing
{
    public const int BatchSize = 1000;

    /// <param name="folder">Without a slash at its end; empty for the root.</param>
    /// <param name="read">The next files whose path is at or after the first argument and before the second (null: no end), at most so many, in byte order.</param>
    /// <param name="batch">How many files are read at once.</param>
    /// <param name="cancellationToken">Cancels the reads.</param>
    public static async Task<IReadOnlyList<ArtifactEntry>> ChildrenAsync(
        string folder, Func<string, string?, int, CancellationToken, Task<List<ListedFile>>> read, int batch, CancellationToken cancellationToken)
    {
        var (from, end) = Range(folder);
        var prefix = from.Length;
        var entries = new List<ArtifactEntry>();
        while (await read(from, end, batch, cancellationToken) is { Count: > 0 } files)
        {
            string? jumped = null;
            foreach (var file in files)
            {
                if (jumped is not null && file.Path.StartsWith(jumped, StringComparison.Ordinal))
                    continue;
                var slash = file.Path.IndexOf('/', prefix);
                jumped = slash < 0 ? null : file.Path[..(slash + 1)];
                entries.Add(slash < 0 ? new(file.Path[prefix..], file.Length) : new(file.Path[prefix..slash], null));
            }

            if (files.Count < batch)
                break;
            from = jumped is null ? files[^1].Path + '\0' : After(jumped);
        }

        return [.. entries.OrderBy(entry => entry.Name, StringComparer.Ordinal)];
    }

    /// <summary>The paths below a folder: from the first inclusive, to the second exclusive.</summary>
    public static (string From, string? End) Range(string folder) => folder.Length == 0 ? ("", null) : (folder + "/", After(folder + "/"));

    // '0' comes right after '/'.
    private static string After(string folder) => folder[..^1] + "0";
}
