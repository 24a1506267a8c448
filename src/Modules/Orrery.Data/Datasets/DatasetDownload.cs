using Orrery.Platform.Analytics;
using Orrery.Platform.Blobs;

namespace Orrery.Data.Datasets;

/// <summary>A dataset version as one file.</summary>
internal sealed class DatasetDownload(AnalyticsEngine analytics, IBlobStore blobs)
{
    /// <summary>The media type that Apache registered for Parquet.</summary>
    public const string MediaType = "application/vnd.apache.parquet";

    /// <summary>The file's content, seekable. Several files are joined into one that is gone when the stream is closed.</summary>
    public async Task<Stream> OpenAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        if (dataset.Manifest.Files.Count == 1)
            return await blobs.OpenAsync(dataset.Manifest.Files[0].Digest, cancellationToken);
        var path = Path.Combine(blobs.ScratchFolder, $"{Guid.NewGuid():N}.parquet");
        try
        {
            using var session = analytics.Open();
            await session.ExecuteAsync($"COPY (FROM {Sql.Parquet(dataset.Paths)}) TO {Sql.Text(path)} (FORMAT parquet, COMPRESSION zstd)", cancellationToken);
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1 << 16, FileOptions.Asynchronous | FileOptions.DeleteOnClose);
        }
        catch
        {
            File.Delete(path);
            throw;
        }
    }
}
