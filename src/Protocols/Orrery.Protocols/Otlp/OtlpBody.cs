using System.IO.Compression;
using Microsoft.AspNetCore.Http;
using Orrery.Kernel;

namespace Orrery.Protocols.Otlp;

/// <summary>The body of an export as its sender packed it: plain or gzip, bounded either way.</summary>
internal static class OtlpBody
{
    /// <summary>Of a body once it is unpacked; collectors take 20 MiB unless told otherwise.</summary>
    public const int MaxBytes = 32 << 20;

    public static async Task<ReadOnlyMemory<byte>> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var encoding = request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
            return await ReadAsync(request.Body, request.ContentLength, cancellationToken);
        if (!encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            throw new BadHttpRequestException($"The body is packed by '{encoding}'; expected gzip, or none.", StatusCodes.Status415UnsupportedMediaType);
        await using var unpacked = new GZipStream(request.Body, CompressionMode.Decompress, leaveOpen: true);
        try
        {
            return await ReadAsync(unpacked, null, cancellationToken);
        }
        catch (InvalidDataException error)
        {
            throw new InvalidException($"The body is no gzip: {error.Message}");
        }
    }

    private static async Task<ReadOnlyMemory<byte>> ReadAsync(Stream content, long? announced, CancellationToken cancellationToken)
    {
        if (announced > MaxBytes)
            throw TooLarge();
        var read = new MemoryStream((int)(announced ?? 0));
        var buffer = new byte[1 << 16];
        while (await content.ReadAsync(buffer, cancellationToken) is > 0 and var count)
        {
            if (read.Length + count > MaxBytes)
                throw TooLarge();
            read.Write(buffer, 0, count);
        }

        return read.GetBuffer().AsMemory(0, (int)read.Length);
    }

    private static BadHttpRequestException TooLarge() =>
        new($"The body has more than {MaxBytes >> 20} MiB; export in smaller batches (OTEL_BSP_MAX_EXPORT_BATCH_SIZE).", StatusCodes.Status413PayloadTooLarge);
}
