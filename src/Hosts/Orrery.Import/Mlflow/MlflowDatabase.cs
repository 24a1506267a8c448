using System.Runtime.CompilerServices;
using Microsoft.Data.Sqlite;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Import.Mlflow;

/// <summary>
/// The runs of an <c>mlflow.db</c>, MLflow's store in SQLite. It is opened for reading alone. Artifacts lie elsewhere: those below the folder of artifacts (by default the database's own)
/// are brought, and no others, because a database must not say which files of this machine are sent away.
/// </summary>
public sealed class MlflowDatabase : IRunSource, IModelSource
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
                     ("logged_models", "logged model"), ("trace_info", "trace"),
                 })
        {
            if (Has(table))
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
            yield return run.ToImported(known) with { Points = PointsAsync(run.Id), Artifacts = ArtifactsAsync(uris[run.Id], report), Datasets = Datasets(run.Id) };
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedModel> ModelsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await Task.CompletedTask;
        if (!Has("registered_models") || !Has("model_versions"))
            yield break;
        foreach (var (name, description) in Rows("SELECT name, coalesce(description, '') FROM registered_models ORDER BY name", row => (row.GetString(0), row.GetString(1))))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var versions = Rows(
                "SELECT version, coalesce(source, ''), coalesce(run_id, ''), coalesce(description, ''), coalesce(current_stage, '') FROM model_versions WHERE name = $name AND coalesce(current_stage, '') <> 'Deleted_Internal' ORDER BY version",
                row => new ImportedVersion(
                    row.GetInt64(0), row.GetString(1), row.GetString(2).Length == 0 ? null : MlflowRun.IdOf(row.GetString(2)), row.GetString(3), row.GetString(4), Empty)
                { RunName = row.GetString(2) },
                ("$name", name));
            yield return new(
                name, description, Entries("registered_model_tags", "name = $name", ("$name", name)),
                [.. versions.Select(version => version with { Tags = Entries("model_version_tags", "name = $name AND version = $version", ("$name", name), ("$version", version.Number)) })],
                Has("registered_model_aliases")
                    ? Rows("SELECT alias, version FROM registered_model_aliases WHERE name = $name", row => (Alias: row.GetString(0), Version: row.GetInt64(1)), ("$name", name)).ToDictionary(row => row.Alias, row => row.Version)
                    : []);
        }
    }

    private List<LoggedDataset> Datasets(string run)
    {
        if (!Has("inputs") || !Has("datasets"))
            return [];
        return Rows(
            """
            SELECT i.input_uuid, d.name, d.digest, d.dataset_source_type, d.dataset_source, d.dataset_schema, d.dataset_profile
            FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id = $run
            """,
            row => new LoggedDataset(
                row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4), row.IsDBNull(5) ? null : row.GetString(5), row.IsDBNull(6) ? null : row.GetString(6),
                Has("input_tags") ? Rows("SELECT name, value FROM input_tags WHERE input_uuid = $input", tag => KeyValuePair.Create(tag.GetString(0), tag.GetString(1)), ("$input", row.GetString(0))).DistinctBy(tag => tag.Key).ToDictionary() : null),
            ("$run", run));
    }

    private bool Has(string table) => Rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name = $name", row => row.GetString(0), ("$name", table)).Count > 0;

    private Dictionary<string, string> Entries(string table, string condition, params (string Name, object Value)[] values) => Has(table)
        ? Rows($"SELECT key, value FROM {table} WHERE {condition}", row => (Key: row.GetString(0), Value: row.IsDBNull(1) ? "" : row.GetString(1)), values).ToDictionary(entry => entry.Key, entry => entry.Value)
        : [];

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
