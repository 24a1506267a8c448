using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>Where in the tree of artifacts a URI of a client leads.</summary>
internal sealed class ArtifactUris(IServiceProvider services)
{
    private const string Proxied = "mlflow-artifacts:";
    private const string OfRun = "runs:/";
    private const string Anchor = "/mlflow-artifacts/artifacts";

    private readonly Lazy<IRuns> _runs = new(services.GetRequiredService<IRuns>);

    /// <summary>The folder that a URI names, empty for the root; null where it is elsewhere than on this server.</summary>
    public async Task<string?> FolderAsync(Caller caller, string uri, CancellationToken cancellationToken)
    {
        if (uri.StartsWith(OfRun, StringComparison.Ordinal))
            return await OfRunAsync(caller, Plain(uri[OfRun.Length..]), cancellationToken);
        return Folder(uri);
    }

    /// <summary>As <see cref="FolderAsync"/>, for a URI that names its place itself.</summary>
    public static string? Folder(string uri)
    {
        if (uri.StartsWith(Proxied, StringComparison.Ordinal))
        {
            var rest = uri[Proxied.Length..];
            if (!rest.StartsWith("//", StringComparison.Ordinal))
                return Plain(rest);
            var path = rest.IndexOf('/', 2); // behind the host
            return path < 0 ? "" : Plain(rest[path..]);
        }

        if (!uri.StartsWith("http://", StringComparison.OrdinalIgnoreCase) && !uri.StartsWith("https://", StringComparison.OrdinalIgnoreCase))
            return null;
        var anchor = uri.IndexOf(Anchor, StringComparison.Ordinal);
        return anchor < 0 ? null : Plain(uri[(anchor + Anchor.Length)..]);
    }

    // Several slashes are one, as in a file's path.
    private static string Plain(string path) => string.Join('/', path.Split('/', StringSplitOptions.RemoveEmptyEntries));

    private async Task<string?> OfRunAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        var slash = path.IndexOf('/', StringComparison.Ordinal);
        var (id, rest) = slash < 0 ? (path, "") : (path[..slash], path[(slash + 1)..]);
        if (await FindRunAsync(caller, id, cancellationToken) is not { } run || Folder(run.ArtifactUri) is not { } folder)
            return null;
        return rest.Length == 0 ? folder : $"{folder}/{rest}";
    }

    /// <summary>The run that a client names; null where it is none of this workspace.</summary>
    public async Task<Run?> FindRunAsync(Caller caller, string? id, CancellationToken cancellationToken)
    {
        if (id is not { Length: 32 } || !RunId.TryParse(id, out var run))
            return null;
        try
        {
            return await _runs.Value.GetAsync(caller, run, cancellationToken);
        }
        catch (NotFoundException)
        {
            return null;
        }
    }
}
