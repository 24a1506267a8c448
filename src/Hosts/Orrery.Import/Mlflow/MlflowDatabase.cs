using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Import.Mlflow;

/// <summary>
/// The runs of an <c>mlflow.db</c>, MLflow's store in SQLite. It is opened for reading alone. Artifacts lie elsewhere: those below the folder of artifacts (by default the database's own)
/// are brought, and no others, because a database must not say which files of this machine are sent away.
/// </summary>
public sealed class MlflowDatabase : IRunSource
{
    private readonly SqliteConnection _connection;
    private readonly string _artifacts;

    /// <summary>Opens the database.</summary>
    /// <exception cref="InvalidException">It is none of MLflow's.</exception>
    public MlflowDatabase(string path, string? artifacts = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (!File.Exists(path))
            throw new InvalidException($"There is no file '{path}'.");
        _artifacts = Path.GetFullPath(artifacts ?? Path.GetDirectoryName(Path.GetFullPath(path))!);
        _connection = new(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadOnly, Pooling = false }.ToString());
        try
        {
            _connection.Open();
            if (Rows("SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('experiments', 'runs', 'metrics', 'params', 'tags')", row => row.GetInt64(0)).Single() != 5)
                throw new InvalidException($"'{path}' is no database of MLflow: it lacks the tables experiments, runs, metrics, params or tags.");
        }
        catch (SqliteException error)
        {
            _connection.Dispose();
            throw new InvalidException($"'{path}' is no SQLite database: {error.Message}", error);
        }
        catch (InvalidException)
        {
            _connection.Dispose();
            throw;
        }
    }

    /// <inheritdoc/>
    public Task<long?> CountAsync(CancellationToken cancellationToken = default) =>
        Task.FromResult<long?>(Rows("SELECT count(*) FROM runs WHERE lifecycle_stage = 'active'", row => row.GetInt64(0)).Single());

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedRun> ReadAsync(ImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        await Task.CompletedTask;
        report.Leave("deleted run", Rows("SELECT count(*) FROM runs WHERE lifecycle_stage <> 'active'", row => row.GetInt64(0)).Single());
        foreach (var (table, what) in new[]
                 {
                     ("registered_models", "registered model"), ("model_versions", "version of a registered model"), ("logged_models", "logged model"), ("trace_info", "trace"), ("inputs", "input of a run"),
                 })
        {
            if (Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = $name", row => row.GetString(0), ("$name", table)).Count > 0)
                report.Leave(what, Rows($"SELECT count(*) FROM {table}", row => row.GetInt64(0)).Single());
        }

        var heads = Rows(
            """
            SELECT r.run_uuid, e.name, coalesce(r.name, ''), r.status, coalesce(r.start_time, 0), r.end_time, coalesce(r.artifact_uri, '')
            FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id WHERE r.lifecycle_stage = 'active'
            """,
            row => (Run: new MlflowRun(row.GetString(0), row.GetString(1), row.GetString(2), row.GetString(3), row.GetInt64(4), row.IsDBNull(5) ? null : row.GetInt64(5), Empty, TagsOf(row.GetString(0))), Uri: row.GetString(6)));
        var uris = heads.ToDictionary(head => head.Run.Id, head => head.Uri);
        var known = uris.Keys.ToHashSet();
        foreach (var head in MlflowRun.InOrder([.. heads.Select(head => head.Run)]))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var run = head with { Parameters = Texts("SELECT key, value FROM params WHERE run_uuid = $run", head.Id) };
            yield return run.ToImported(known) with { Points = PointsAsync(run.Id), Artifacts = ArtifactsAsync(uris[run.Id], report) };
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _connection.DisposeAsync();

    private static IReadOnlyDictionary<string, string> Empty { get; } = new Dictionary<string, string>();

    private Dictionary<string, string> TagsOf(string run) => Texts("SELECT key, value FROM tags WHERE run_uuid = $run", run);

    private Dictionary<string, string> Texts(string sql, string run) =>
        Rows(sql, row => (Key: row.GetString(0), Value: row.IsDBNull(1) ? "" : row.GetString(1)), ("$run", run)).ToDictionary(entry => entry.Key, entry => entry.Value);

    private async IAsyncEnumerable<MetricPoint> PointsAsync(string run)
    {
        await using var command = _connection.CreateCommand();
        command.CommandText = "SELECT key, value, step, timestamp, is_nan FROM metrics WHERE run_uuid = $run";
        command.Parameters.AddWithValue("$run", run);
        await using var rows = await command.ExecuteReaderAsync();
        while (await rows.ReadAsync())
            yield return new(rows.GetString(0), Value(rows), rows.GetInt64(2), MlflowRun.Moment(rows.GetInt64(3)));
    }

    private static double Value(SqliteDataReader row) => row.GetBoolean(4) ? double.NaN : MlflowNumber.Restored(row.GetDouble(1));

    private async IAsyncEnumerable<ImportedArtifact> ArtifactsAsync(string uri, ImportReport report)
    {
        await Task.CompletedTask;
        var path = uri.StartsWith("file://", StringComparison.Ordinal) && Uri.TryCreate(uri, UriKind.Absolute, out var parsed) ? parsed.LocalPath
            : uri.Contains("://", StringComparison.Ordinal) || uri.StartsWith("mlflow-artifacts:", StringComparison.Ordinal) ? null : uri;
        if (path is null)
        {
            report.Leave($"artifacts of a run at {uri[..uri.IndexOf(':', StringComparison.Ordinal)]}: (import from the server's address brings them)");
            yield break;
        }

        if (new LocalFolder(_artifacts).Find(path) is not { } folder)
        {
            if (Directory.Exists(path))
                report.Leave("artifacts of a run outside of the folder of artifacts (name theirs with --files)");
            yield break; // a run without artifacts has no folder
        }

        foreach (var (relative, file) in LocalFolder.Files(folder))
            yield return ImportedArtifact.File(Names.PathOf(relative), file);
    }

    private List<T> Rows<T>(string sql, Func<SqliteDataReader, T> read, params (string Name, object Value)[] values)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        foreach (var (name, value) in values)
            command.Parameters.AddWithValue(name, value);
        using var rows = command.ExecuteReader();
        var all = new List<T>();
        while (rows.Read())
            all.Add(read(rows));
        return all;
    }
}
