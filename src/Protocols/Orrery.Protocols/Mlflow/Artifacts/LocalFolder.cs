using Microsoft.AspNetCore.Http;
using Orrery.Kernel;
using Orrery.Ledger.Artifacts;
using Orrery.Platform.Access;

namespace Orrery.Protocols.Mlflow.Artifacts;

/// <summary>A folder below the server's own <c>file:</c> root: <see cref="LocalFiles"/>.</summary>
internal sealed class LocalFolder(string root, string uri) : IArtifactFolder
{
    private const int MostListed = 10_000;

    public Task<IReadOnlyList<ArtifactEntry>> ListAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        var folder = new DirectoryInfo(Resolve(path));
        if (!folder.Exists)
            return Task.FromResult<IReadOnlyList<ArtifactEntry>>([]);
        var entries = folder.EnumerateFileSystemInfos().Where(entry => entry.LinkTarget is null).Take(MostListed)
            .Select(entry => new ArtifactEntry(entry.Name, entry is FileInfo file ? file.Length : null));
        return Task.FromResult<IReadOnlyList<ArtifactEntry>>([.. entries.OrderBy(entry => entry.Name, StringComparer.Ordinal)]);
    }

    public async Task AnswerAsync(HttpContext http, string path)
    {
        var file = new FileInfo(Resolve(path));
        // A pipe or a device would hold the request for ever.
        if (!file.Exists || (file.Attributes & (FileAttributes.Device | FileAttributes.Directory)) != 0)
            throw new NotFoundException($"There is no artifact '{path}'.");
        ArtifactContent.SaveNotShow(http.Response, path);
        var content = new FileStream(file.FullName, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
        await TypedResults.File(content, ArtifactMediaTypes.Of(path), enableRangeProcessing: true, lastModified: file.LastWriteTimeUtc).ExecuteAsync(http);
    }

    public async Task<long> PutAsync(Caller caller, string path, Stream content, CancellationToken cancellationToken)
    {
        var target = Resolve(path);
        Directory.CreateDirectory(Path.GetDirectoryName(target)!);
        var temporary = $"{target}.{Guid.CreateVersion7():N}.part";
        try
        {
            long length;
            await using (var file = new FileStream(temporary, FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.Asynchronous))
            {
                await content.CopyToAsync(file, cancellationToken);
                file.Flush(flushToDisk: true);
                length = file.Length;
            }

            if (length > 0)
                File.Move(temporary, target, overwrite: true);
            return length;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException && error is not BadHttpRequestException)
        {
            throw new UnavailableException($"The artifact '{path}' cannot be written below the server's artifact root: {error.GetType().Name}.", error);
        }
        finally
        {
            File.Delete(temporary); // still there only where nothing was moved
        }
    }

    private string Resolve(string path) => LocalFiles.Resolve(root, uri, path) ?? throw new NotFoundException($"There is no artifact '{path}'.");
}
