using System.Buffers;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Experiments;

/// <summary>Where a client wants the artifacts of an experiment's runs.</summary>
internal static class ArtifactLocation
{
    // RFC 3986, section 3.1
    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    /// <summary>The location as it is kept: a relative path is below the folder that the server was started in, as in MLflow.</summary>
    public static string Read(string location)
    {
        if (location.StartsWith("runs:", StringComparison.Ordinal))
            throw MlflowException.Invalid($"Artifact location cannot be a runs:/ URI. Given: '{location}'");
        if (location.Contains('#', StringComparison.Ordinal) || location.Contains(';', StringComparison.Ordinal))
            throw MlflowException.Invalid("'artifact_location' URL can't include fragments or params.");
        // '..' in a query is how CVE-2023-6831 left the root.
        if (location.IndexOf('?', StringComparison.Ordinal) is >= 0 and var query && Uri.UnescapeDataString(location[query..]).Contains("..", StringComparison.Ordinal))
            throw MlflowException.Invalid("Invalid query string: '..' is not allowed.");
        return HasScheme(location) ? location : Path.GetFullPath(location);
    }

    private static bool HasScheme(string location) =>
        location.IndexOf(':', StringComparison.Ordinal) is > 1 and var colon && location.AsSpan(0, colon).IndexOfAnyExcept(SchemeCharacters) < 0;
}
