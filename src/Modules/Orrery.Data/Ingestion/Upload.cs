using System.Buffers;
using System.Security.Cryptography;
using Orrery.Kernel;
using Orrery.Platform.Hosting;

namespace Orrery.Data.Ingestion;

/// <summary>A file that came in whole, and what it is called by content.</summary>
internal sealed record Upload(string Path, Digest Content, long Bytes)
{
    /// <summary>Writes a stream to a file, counting and digesting on the way.</summary>
    /// <exception cref="QuotaExceededException">It is longer than allowed.</exception>
    public static async Task<Upload> ReceiveAsync(Stream content, string path, long maxBytes, CancellationToken cancellationToken)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var buffer = ArrayPool<byte>.Shared.Rent(128 << 10);
        try
        {
            await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.Asynchronous);
            var bytes = 0L;
            int read;
            while ((read = await content.ReadAsync(buffer, cancellationToken)) > 0)
            {
                bytes += read;
                if (bytes > maxBytes)
                    throw new QuotaExceededException($"A file has at most {maxBytes} bytes; this one is longer. Split it, or raise Data:MaxUploadBytes.");
                hash.AppendData(buffer, 0, read);
                await WriteAsync(file, buffer.AsMemory(0, read), cancellationToken);
            }

            return new(path, Digest.FromHash(hash.GetHashAndReset()), bytes);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private static async Task WriteAsync(FileStream file, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            await file.WriteAsync(bytes, cancellationToken);
        }
        catch (Exception error) when (StorageRefusal.Is(error)) // Ours, unlike what reading the sender's stream throws.
        {
            throw StorageRefusal.Of(error, "The file");
        }
    }
}
