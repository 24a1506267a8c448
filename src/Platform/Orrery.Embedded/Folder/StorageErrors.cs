using Microsoft.Data.Sqlite;
using Orrery.Kernel;
using Orrery.Platform.Hosting;
using ParquetSharp;

namespace Orrery.Embedded.Folder;

/// <summary>Says what the machine's storage refused, in words that tell the operator what to do.</summary>
internal static class StorageErrors
{
    // SQLite's primary result codes, https://sqlite.org/rescode.html
    private const int SqliteBusy = 5;
    private const int SqliteReadOnly = 8;
    private const int SqliteIoError = 10;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;
    private const int SqliteConstraint = 19;

    /// <summary>The refusal that <paramref name="error"/> amounts to, or itself where it is not the storage's.</summary>
    public static Exception Translate(Exception error, string what) => error switch
    {
        SqliteException { SqliteErrorCode: SqliteBusy } =>
            new UnavailableException($"{what} could not be written: another process holds the database. Try again.", error),
        SqliteException { SqliteErrorCode: SqliteConstraint } =>
            new ConflictException($"It contradicts what is stored: {error.Message}", error),
        _ when IsStorage(error) => StorageRefusal.Of(error, what),
        _ => error,
    };

    /// <summary>Runs a step that only touches our own files; what the storage refuses is translated.</summary>
    public static void Guard(string what, Action step)
    {
        try
        {
            step();
        }
        catch (Exception error) when (IsStorage(error))
        {
            throw Translate(error, what);
        }
    }

    private static bool IsStorage(Exception error) => error switch
    {
        SqliteException { SqliteErrorCode: SqliteReadOnly or SqliteIoError or SqliteFull or SqliteCannotOpen } => true,
        ParquetException => error.Message.Contains("IOError", StringComparison.Ordinal),
        _ => StorageRefusal.Is(error),
    };
}
