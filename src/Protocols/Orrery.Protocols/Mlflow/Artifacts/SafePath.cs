using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>
/// The path of an artifact as a client sends it: plain parts joined by slashes. It is kept as it came, but refused where decoding it once more, however
/// often, would make it lead elsewhere: a proxy or the client's own library may do that later. (MLflow keeps what it decoded, which takes the names
/// apart that its own client gives to images: <c>dog%step%100</c>.)
/// </summary>
internal static class SafePath
{
    private const int MaxDecodings = 10;
    private const int MaxLength = 1024;

    /// <summary>
    /// The path that a route caught. The server has resolved <c>.</c> and <c>..</c> in it by then (RFC 3986, section 5.2.4), which led within the tree but out
    /// of the folder that the client began with; so what came over the wire is looked at too.
    /// </summary>
    public static string OfRoute(HttpContext http)
    {
        var target = http.Features.Get<IHttpRequestFeature>()!.RawTarget;
        var query = target.IndexOf('?', StringComparison.Ordinal);
        var path = query < 0 ? target : target[..query];
        return path.Split('/').Any(part => Uri.UnescapeDataString(part) is "." or "..") ? throw Invalid() : Read((string?)http.GetRouteValue("path"));
    }

    /// <summary>The path that a parameter or a field gives.</summary>
    public static string Read(string? path)
    {
        // Routing leaves an escaped slash as it is.
        var plain = (path ?? "").Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
        if (plain.Length is 0 or > MaxLength || plain.Any(c => char.IsControl(c) || c == '#') || plain.Split('/').Any(part => part is "" or ".") || LeadsElsewhere(plain))
            throw Invalid();
        var (before, decoded) = (plain, Uri.UnescapeDataString(plain));
        for (var i = 0; decoded != before; i++)
        {
            if (i == MaxDecodings || LeadsElsewhere(decoded))
                throw Invalid();
            (before, decoded) = (decoded, Uri.UnescapeDataString(decoded));
        }

        return plain;
    }

    private static bool LeadsElsewhere(string path) =>
        path.StartsWith('/') || IsDrive(path) || path.Contains('\0', StringComparison.Ordinal) || path.Contains('\\', StringComparison.Ordinal) || path.Split('/').Contains("..");

    private static bool IsDrive(string path) => path.Length >= 2 && path[1] == ':' && char.IsAsciiLetter(path[0]);

    private static MlflowException Invalid() => MlflowException.Invalid("Invalid path");
}
