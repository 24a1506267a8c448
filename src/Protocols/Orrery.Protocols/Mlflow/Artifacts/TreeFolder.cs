using Microsoft.AspNetCore.Http;
using Orrery.Ledger.Artifacts;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>A folder of this server's own tree of artifacts.</summary>
internal sealed class TreeFolder(string folder, IArtifactTree tree, IBlobStore blobs, ArtifactContent contents) : IArtifactFolder
{
    public Task<IReadOnlyList<ArtifactEntry>> ListAsync(Caller caller, string path, CancellationToken cancellationToken) => tree.ListAsync(caller, At(path), cancellationToken);

    public async Task AnswerAsync(HttpContext http, string path)
    {
        var file = await tree.GetAsync(http.Caller(), At(path), http.RequestAborted);
        await contents.AnswerAsync(http, file.Path, file.Content.Digest);
    }

    public async Task<long> PutAsync(Caller caller, string path, Stream content, CancellationToken cancellationToken)
    {
        var blob = await blobs.PutAsync(content, cancellationToken);
        if (blob.Length > 0)
            await tree.PutAsync(caller, new(At(path), blob, ArtifactMediaTypes.Of(path)), cancellationToken);
        return blob.Length;
    }

    private string At(string path) => path.Length == 0 ? folder : folder.Length == 0 ? path : $"{folder}/{path}";
}
