using System.Globalization;
using DuckDB.NET.Data;

namespace Orrery.Platform.Analytics;

/// <summary>Limits of the analytical engine.</summary>
public sealed class AnalyticsOptions
{
    /// <summary>Memory that one session may use before it spills, in MiB; 128 to 1,048,576. Default 2,048.</summary>
    public int MemoryMiB { get; set; } = 2048;

    /// <summary>Threads of one session; 1 to 256. Default: the cores.</summary>
    public int Threads { get; set; } = Environment.ProcessorCount;

    /// <summary>An existing folder that it spills to, each session into a folder of its own that DuckDB makes at need and removes; the data folder's scratch by default.</summary>
    public string? SpillFolder { get; set; }
}

/// <summary>
/// Opens sessions of DuckDB, the engine for everything that is computed over Parquet: profiles, validation, point-in-time joins, drift histograms.
/// Each session is an in-memory database of its own; opening one costs about a millisecond.
/// </summary>
/// <remarks>
/// Thread-safe; a session is not. Extensions are never loaded from outside: only those built in (parquet, json, icu) exist.
/// Each session spills into a folder of its own: DuckDB's spill files are named by number alone, so that four sessions that spilled into one
/// folder overwrote each other's ("Corrupt temporary file").
/// </remarks>
public sealed class AnalyticsEngine(AnalyticsOptions options)
{
    /// <summary>Opens a session; the caller disposes it.</summary>
    public DuckDBConnection Open()
    {
        var connection = new DuckDBConnection("DataSource=:memory:");
        connection.Open();
        Execute(connection, "SET autoinstall_known_extensions=false; SET autoload_known_extensions=false; SET TimeZone='UTC'; SET preserve_insertion_order=true");
        Execute(connection, string.Create(CultureInfo.InvariantCulture, $"SET threads={options.Threads}; SET memory_limit='{options.MemoryMiB}MiB'"));
        if (options.SpillFolder is { } folder)
            Execute(connection, $"SET temp_directory={Sql.Text(Path.Combine(folder, $"duckdb-{Guid.NewGuid():N}"))}");
        return connection;
    }

    /// <summary>How many statements can run side by side in a session where each wants so much memory: one a thread at most, one at least.</summary>
    public int WorkersFor(long bytesEach)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(bytesEach, 1);
        return (int)Math.Clamp(((long)options.MemoryMiB << 20) / bytesEach, 1, options.Threads);
    }

    /// <summary>
    /// Until it is disposed, every statement of the session and of its duplicates runs on the thread that calls alone; duplicates still work side by side. What such a
    /// statement writes does not depend on how many threads there are.
    /// </summary>
    public async Task<IDisposable> SingleThreadedAsync(DuckDBConnection session, CancellationToken cancellationToken = default)
    {
        await session.ExecuteAsync("SET threads=1", cancellationToken);
        return new ThreadsRestored(session, options.Threads);
    }

    private sealed class ThreadsRestored(DuckDBConnection session, int threads) : IDisposable
    {
        public void Dispose() => Execute(session, string.Create(CultureInfo.InvariantCulture, $"SET threads={threads}"));
    }

    private static void Execute(DuckDBConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }
}

/// <summary>Writes names and values into SQL text where a parameter cannot stand (file lists, identifiers).</summary>
public static class Sql
{
    /// <summary>A quoted string literal.</summary>
    public static string Text(string value) => $"'{value.Replace("'", "''", StringComparison.Ordinal)}'";

    /// <summary>A quoted identifier.</summary>
    public static string Name(string identifier) => $"\"{identifier.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    /// <summary><c>read_parquet([...], union_by_name=true)</c> over local files.</summary>
    public static string Parquet(IEnumerable<string> paths) => $"read_parquet([{string.Join(", ", paths.Select(Text))}], union_by_name=true)";
}
