using System.Buffers;
using Orrery.Kernel;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>
/// Which sources a model version may have. A source is later read on behalf of others, so one that names a file of a machine, or that climbs out of
/// where it begins, is refused. Source: mlflow/server/handlers.py (3.5), _validate_source_run and its neighbours.
/// </summary>
internal static class SourceRules
{
    // RFC 3986, section 3.1
    private static readonly SearchValues<char> SchemeCharacters = SearchValues.Create("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.");

    private const int MaxDecodings = 10; // who encodes more often than that has something to hide

    /// <summary>
    /// Refuses what no version of a model may have as its source. A path of a machine must lie below <paramref name="root"/>, where the client of its run or
    /// logged model keeps its artifacts; <paramref name="owner"/> is the field that names which.
    /// </summary>
    public static void CheckModel(string source, string? root, string owner)
    {
        if (!IsLocal(source))
        {
            CheckRemote(source);
            return;
        }

        // A file of another host. MLflow answers with the status of its own failures, and clients' tests hold it to that.
        if (Uri.TryCreate(source, UriKind.Absolute, out var uri) && uri.IsFile && uri.Host.Length > 0 && root is not null)
            throw new MlflowException(MlflowErrorCode.InternalError, $"{source} is not a valid remote uri. For remote access on windows, please consider using a different scheme such as SMB.");
        if (root is not null && IsLocal(root) && IsBelow(Decoded(source), root))
            return;
        throw MlflowException.Invalid(
            $"Invalid model version source: '{source}'. To use a local path as a model version source, the {owner} request parameter has to be specified and "
            + $"the local path has to be contained within the artifact directory of the run specified by the {owner}.");
    }

    /// <summary>Prompts have a word for their source, or a URI, but never a path of a machine.</summary>
    public static void CheckPrompt(string source)
    {
        var decoded = Decoded(source);
        if (SchemeOf(decoded) is "file" || decoded.StartsWith('/') || decoded.StartsWith('\\'))
            throw MlflowException.Invalid($"Invalid prompt source: '{source}'. Local source paths are not allowed for prompts.");
        if (SchemeOf(decoded) is not null)
            CheckRemote(source);
    }

    /// <summary>The scheme of a URI; null for a path. One letter is a drive of Windows and no scheme.</summary>
    public static string? SchemeOf(string uri)
    {
        var colon = uri.IndexOf(':', StringComparison.Ordinal);
        return colon > 1 && char.IsAsciiLetter(uri[0]) && uri.AsSpan(0, colon).IndexOfAnyExcept(SchemeCharacters) < 0
            ? uri[..colon].ToLowerInvariant()
            : null;
    }

    // As it reads once '.' and '..' in it are resolved; links on the client's machine are its own.
    private static bool IsBelow(string source, string root)
    {
        var (path, above) = (PathOf(source), PathOf(root));
        if (!path.StartsWith('/') || path.Contains('\0', StringComparison.Ordinal) || path.Contains('\\', StringComparison.Ordinal))
            return false;
        return (Path.GetFullPath(path).TrimEnd('/') + "/").StartsWith(Path.GetFullPath(above).TrimEnd('/') + "/", StringComparison.Ordinal);
    }

    private static bool IsLocal(string source) => SchemeOf(source) is null or "file";

    private static void CheckRemote(string source)
    {
        if (Climbs(Decoded(source)))
        {
            throw MlflowException.Invalid(
                $"Invalid model version source: '{source}'. If supplying a source as an http, https, local file path, ftp, objectstore, or mlflow-artifacts uri, "
                + "an absolute path must be provided without relative path references present. Please provide an absolute path.");
        }
    }

    private static bool Climbs(string decoded) =>
        decoded.Contains('\0', StringComparison.Ordinal) || decoded.Split('/', '\\').Any(part => part is "." or "..");

    private static string PathOf(string local) => SchemeOf(local) is null ? local : "/" + local["file:".Length..].TrimStart('/');

    private static string Decoded(string source)
    {
        for (var i = 0; i < MaxDecodings; i++)
        {
            var decoded = Uri.UnescapeDataString(source.Replace('+', ' '));
            if (decoded == source)
                return source;
            source = decoded;
        }

        throw new InvalidException($"The source is encoded more than {MaxDecodings} times.");
    }
}
