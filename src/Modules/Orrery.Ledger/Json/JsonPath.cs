namespace Orrery.Ledger.Json;

/// <summary>Places in a JSON value: <c>features/0/window</c>, a JSON pointer (RFC 6901) without the leading slash; empty for the whole.</summary>
public static class JsonPath
{
    /// <summary>The place of a member or item below another place.</summary>
    public static string Below(string path, string name)
    {
        var escaped = name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
        return path.Length == 0 ? escaped : $"{path}/{escaped}";
    }

    /// <summary>The place that holds this one; null for the whole.</summary>
    public static string? Above(string path) => path.Length == 0 ? null : path.LastIndexOf('/') is >= 0 and var slash ? path[..slash] : "";
}
