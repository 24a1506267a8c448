using DuckDB.NET.Data;
using Orrery.Kernel;

namespace Orrery.Platform.Hosting;

/// <summary>Says what the machine's storage refused, in words that tell the operator what to do.</summary>
public static class StorageRefusal
{
    /// <summary>Whether a file could not be written: a full disk, a missing permission.</summary>
    public static bool Is(Exception error) => error switch
    {
        IOException or UnauthorizedAccessException => true,
        // .NET reports EFBIG, a file larger than the file system or the process's limit allows, as an argument out of range.
        ArgumentOutOfRangeException { ParamName: "value" } => true,
        // What DuckDB could not read may be the file's fault; what it could not write is the disk's.
        DuckDBException => error.Message.Contains("IO Error", StringComparison.Ordinal) && error.Message.Contains("write", StringComparison.OrdinalIgnoreCase),
        _ => false,
    };

    /// <summary>The refusal that it amounts to.</summary>
    public static UnavailableException Of(Exception error, string what) =>
        new($"{what} could not be written: {error.Message.TrimEnd('.')}. Nothing of it was kept. Check the data folder's free space and permissions, then try again.", error);
}
