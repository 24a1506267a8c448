using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Orrery.Ledger;
using Orrery.Ledger.Artifacts;
using Orrery.Platform.Blobs;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>
/// Finds the artifacts that a URI of the Ledger names: in this server's tree, or as files below the root it was started with. A client may have named the URI's beginning,
/// but its end is the Ledger's own (<c>…/RUN/artifacts</c>), so nobody gets at another run's files by naming their folder.
/// </summary>
internal sealed class ArtifactFolders(IServiceProvider services)
{
    private readonly Lazy<IArtifactTree> _tree = new(services.GetRequiredService<IArtifactTree>);
    private readonly Lazy<IBlobStore> _blobs = new(services.GetRequiredService<IBlobStore>);
    private readonly Lazy<IOptions<LedgerOptions>> _options = new(services.GetRequiredService<IOptions<LedgerOptions>>);
    private readonly ArtifactContent _content = new(services);

    /// <summary>The folder, where clients cannot be sent elsewhere.</summary>
    /// <exception cref="MlflowException">The artifacts are where this server reads nothing.</exception>
    public IArtifactFolder Get(string uri) => Find(uri) ?? throw Elsewhere($"These artifacts are at {uri}");

    /// <summary>The folder; null where it is elsewhere.</summary>
    public IArtifactFolder? Find(string uri)
    {
        if (ArtifactUris.Folder(uri) is { } folder)
            return Tree(folder);
        var root = _options.Value.Value.ArtifactRoot;
        return LocalFiles.Resolve(root, uri) is null ? null : new LocalFolder(root, uri);
    }

    /// <summary>A folder of the tree.</summary>
    public IArtifactFolder Tree(string folder) => new TreeFolder(folder, _tree.Value, _blobs.Value, _content);

    public static MlflowException Elsewhere(string what) => new(MlflowErrorCode.NotImplemented, $"{what}, which this server does not read for others; ask there.");
}
