using Orrery.Protocols.Mlflow.Artifacts;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>The file of a trace below the server's own <c>file:</c> root (<see cref="LocalFiles"/>), where clients on this machine write it; of the file only what are spans is read.</summary>
internal static class LocalTraceFile
{
    /// <summary>The file's bytes; null where there is none to be read.</summary>
    public static async Task<ReadOnlyMemory<byte>?> ReadAsync(string root, string uri, CancellationToken cancellationToken)
    {
        if (LocalFiles.Resolve(root, uri, TraceFile.Name) is not { } path)
            return null;
        try
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, 1, FileOptions.Asynchronous | FileOptions.SequentialScan);
            if (file.Length > TraceFile.MaxBytes)
                return null;
            var bytes = new byte[file.Length];
            await file.ReadExactlyAsync(bytes, cancellationToken);
            return bytes;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
