using System.Buffers;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
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

    /// <summary>Refuses what no version of a model may have as its source. A path of a machine must be one of the run's artifacts, which its client keeps there.</summary>
    public static void CheckModel(string source, Run? run)
    {
        if (!IsLocal(source))
        {
            CheckRemote(source);
            return;
        }

        var decoded = Decoded(source);
        if (run is not null && IsLocal(run.ArtifactUri) && !Climbs(decoded) && (PathOf(decoded) + "/").StartsWith(PathOf(run.ArtifactUri).TrimEnd('/') + "/", StringComparison.Ordinal))
            return;
        throw MlflowException.Invalid(
            $"Invalid model version source: '{source}'. To use a local path as a model version source, the run_id request parameter has to be specified and "
            + "the local path has to be contained within the artifact directory of the run specified by the run_id.");
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
