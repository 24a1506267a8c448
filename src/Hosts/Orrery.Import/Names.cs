using Orrery.Kernel;

namespace Orrery.Import;

/// <summary>What the server takes as the name of a parameter, metric or tag, and as a path.</summary>
internal static class Names
{
    public const int MaxLength = AssetRef.MaxNameLength;

    /// <summary>Of a folder of runs.</summary>
    public const int MaxFolderLength = 500;

    /// <summary>Of a parameter's or tag's value, in characters.</summary>
    public const int MaxValueLength = 100_000;

    public static bool IsKey(string key) => key.Length is > 0 and <= MaxLength && !key.Any(char.IsControl);

    /// <summary>A name of a run or folder that the server takes: without control characters, and cut where it is too long.</summary>
    public static string Short(string name, int length)
    {
        var plain = string.Concat(name.Select(c => char.IsControl(c) ? ' ' : c)).Trim();
        return plain.Length <= length ? plain : plain[..(length - 1)] + "…";
    }

    /// <summary>A path of plain parts made of what another system calls its file: what cannot stand in a path becomes an underscore.</summary>
    public static string PathOf(string name)
    {
        var parts = name.Split('/', '\\').Select(part => new string([.. part.Trim().Select(c => char.IsControl(c) || c == ':' ? '_' : c)]))
            .Where(part => part.Length > 0).Select(part => part.All(c => c == '.') ? new string('_', part.Length) : part);
        return string.Join('/', parts) is { Length: > 0 } path ? path : "_";
    }
}
