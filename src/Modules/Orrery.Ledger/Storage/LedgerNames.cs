using Orrery.Kernel;
using Orrery.Ledger.Folders;

namespace Orrery.Ledger.Storage;

/// <summary>The bounds of what callers name and write, checked before anything is written.</summary>
internal static class LedgerNames
{
    /// <summary>Of a parameter's or tag's value, in characters, as in MLflow's registry: a prompt or a query fits; a document belongs into an artifact.</summary>
    public const int MaxValueLength = 100_000;

    /// <summary>Of a manifest, in bytes; content belongs into blobs that the manifest names.</summary>
    public const int MaxManifestBytes = 4 << 20;

    /// <summary>The longest path of an artifact, in characters.</summary>
    public const int MaxPathLength = 1024;

    /// <summary>Refuses what cannot name an asset, alias, workspace or folder.</summary>
    public static void Check(string? name, string what)
    {
        if (!AssetRef.IsName(name))
        {
            throw new InvalidException(
                $"'{Shorten(name)}' cannot name a {what}: a name has 1 to {AssetRef.MaxNameLength} characters, none of / @ : and no control characters, and no space at its ends.");
        }
    }

    /// <summary>Refuses what cannot name a folder of runs; clients call their experiments as they like, so any printable text does.</summary>
    public static void CheckFolder(string? name)
    {
        if (name is not { Length: > 0 and <= Folder.MaxNameLength } || name.Any(char.IsControl))
            throw new InvalidException($"Invalid experiment name: '{Shorten(name)}'. A folder's name has 1 to {Folder.MaxNameLength} characters without control characters.");
    }

    /// <summary>Refuses what cannot name a parameter, metric or tag: there, slashes and colons are usual (<c>val/auc</c>).</summary>
    public static void CheckKey(string? key, string what)
    {
        if (key is not { Length: > 0 and <= AssetRef.MaxNameLength } || key.Any(char.IsControl))
            throw new InvalidException($"'{Shorten(key)}' cannot name a {what}: expected 1 to {AssetRef.MaxNameLength} characters without control characters.");
    }

    /// <summary>Refuses a key as <see cref="CheckKey"/> does, and a value that is too long.</summary>
    public static void CheckEntry(string key, string? value, string what)
    {
        CheckKey(key, what);
        if (value is { Length: > MaxValueLength })
            throw new InvalidException($"The {what} '{key}' has {value.Length} characters; at most {MaxValueLength} are kept. Log it as an artifact.");
        if (value?.Contains('\0', StringComparison.Ordinal) == true)
            throw new InvalidException($"The {what} '{key}' holds a NUL character, which not every database keeps. Leave it out, or log it as an artifact.");
    }

    /// <summary>Refuses a text about something that is too long to be one.</summary>
    public static void CheckText(string? text, string what)
    {
        if (text is { Length: > MaxValueLength })
            throw new InvalidException($"The {what} has {text.Length} characters; at most {MaxValueLength} are kept.");
    }

    /// <summary>Refuses a text of the wrong length.</summary>
    public static void CheckLength(string? text, int least, int most, string what)
    {
        if (text is null || text.Length < least || text.Length > most)
            throw new InvalidException($"The {what} has {text?.Length ?? 0} characters; expected {least} to {most}.");
    }

    /// <summary>Refuses a path that is not relative and of plain parts: it is shown, joined and downloaded by others.</summary>
    public static void CheckPath(string? path)
    {
        if (path is not { Length: > 0 and <= MaxPathLength } || path.Any(c => char.IsControl(c) || c == '\\') || IsDrive(path)
            || path.Split('/').Any(part => part.Length == 0 || part is "." or ".." || part != part.Trim()))
            throw new InvalidException($"'{Shorten(path)}' is no path of an artifact; expected plain parts joined by '/', such as 'plots/roc.svg'.");
    }

    // 'C:' names a drive where the file is downloaded to; elsewhere a colon is a character like others.
    private static bool IsDrive(string path) => path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0]);

    private static string Shorten(string? text) => text is { Length: > 80 } ? text[..80] + "…" : text ?? "";
}
