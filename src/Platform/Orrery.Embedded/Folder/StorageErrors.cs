using Microsoft.Data.Sqlite;
using Orrery.Kernel;
using RocksDbSharp;

namespace Orrery.Embedded.Folder;

/// <summary>Says what the machine's storage refused, in words that tell the operator what to do.</summary>
internal static class StorageErrors
{
    // SQLite's primary result codes, https://sqlite.org/rescode.html
    private const int SqliteBusy = 5;
    private const int SqliteIoError = 10;
    private const int SqliteFull = 13;
    private const int SqliteConstraint = 19;

    /// <summary>The refusal that <paramref name="error"/> amounts to, or itself where it is not the storage's.</summary>
    public static Exception Translate(Exception error, string what) => error switch
    {
        SqliteException { SqliteErrorCode: SqliteFull or SqliteIoError } or IOException or UnauthorizedAccessException or RocksDbException =>
            new UnavailableException($"{what} could not be written: {error.Message.TrimEnd('.')}. Nothing of it was kept. Check the data folder's free space and permissions, then try again.", error),
        SqliteException { SqliteErrorCode: SqliteBusy } =>
            new UnavailableException($"{what} could not be written: another process holds the database. Try again.", error),
        SqliteException { SqliteErrorCode: SqliteConstraint } =>
            new ConflictException($"It contradicts what is stored: {error.Message}", error),
        _ => error,
    };
}
