using System.Data;
using FluentMigrator;
using Orrery.Ledger.Runs.Metrics;

namespace Orrery.Ledger.Storage;

/// <summary>
/// Folders of runs become things of their own, with a number, tags and a stage. Runs get a short key that their metrics, parameters and tags name them
/// by; metric points are packed into chunks (docs/design/metrics.md).
/// </summary>
[Migration(1_000_004, "Ledger: folders of runs; metrics in chunks")]
public sealed class RunsInFolders : ForwardOnlyMigration
{
    private const int Id = 32;
    private const int Name = 256;

    private static readonly string[] Moved = ["runs", "run_parameters", "run_tags", "run_metrics", "metric_points"];

    /// <inheritdoc/>
    public override void Up()
    {
        // The old tables go first, since the new ones take their names and those of their indexes.
        foreach (var table in Moved)
        {
            Execute.Sql($"CREATE TABLE before_{table} AS SELECT * FROM {table}");
            Delete.Table(table);
        }

        CreateFolders();
        CreateRuns();
        CreateDetails();
        CreateMetrics();
        Move();
        foreach (var table in Moved)
            Delete.Table($"before_{table}");
    }

    private void CreateFolders()
    {
        Create.Table("folders")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("number").AsInt64().NotNullable()
            .WithColumn("name").AsString(512).NotNullable()
            .WithColumn("artifact_root").AsString(2048).NotNullable()
            .WithColumn("created_at").AsInt64().NotNullable()
            .WithColumn("updated_at").AsInt64().NotNullable()
            .WithColumn("deleted_at").AsInt64().Nullable();
        Create.Index("ux_folders_number").OnTable("folders").OnColumn("workspace").Ascending().OnColumn("number").Ascending().WithOptions().Unique();
        Create.Index("ux_folders_name").OnTable("folders").OnColumn("workspace").Ascending().OnColumn("name").Ascending().WithOptions().Unique();
        Create.Table("folder_tags")
            .WithColumn("folder_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
            .WithColumn("value").AsString(int.MaxValue).NotNullable();
    }

    private void CreateRuns()
    {
        Create.Table("runs")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("id").AsString(Id).NotNullable()
            .WithColumn("workspace").AsString(Name).NotNullable()
            .WithColumn("kind").AsString(Name).NotNullable()
            .WithColumn("name").AsString(Name).NotNullable()
            .WithColumn("folder_key").AsInt64().NotNullable()
            .WithColumn("artifact_uri").AsString(int.MaxValue).NotNullable()
            .WithColumn("parent_id").AsString(Id).Nullable()
            .WithColumn("status").AsString(16).NotNullable()
            .WithColumn("error").AsString(int.MaxValue).Nullable()
            .WithColumn("seed").AsInt64().Nullable()
            .WithColumn("code_commit").AsString(64).Nullable()
            .WithColumn("runtime").AsString(Name).NotNullable()
            .WithColumn("operating_system").AsString(Name).NotNullable()
            .WithColumn("processor").AsString(Name).NotNullable()
            .WithColumn("owner").AsString(Name).NotNullable()
            .WithColumn("started_at").AsInt64().NotNullable()
            .WithColumn("ended_at").AsInt64().Nullable()
            .WithColumn("alive_until").AsInt64().Nullable()
            .WithColumn("deleted_at").AsInt64().Nullable();
        Create.Index("ux_runs_id").OnTable("runs").OnColumn("id").Ascending().WithOptions().Unique();
        Create.Index("ix_runs_started").OnTable("runs").OnColumn("workspace").Ascending().OnColumn("started_at").Descending().OnColumn("id").Descending();
        Create.Index("ix_runs_folder").OnTable("runs").OnColumn("folder_key").Ascending().OnColumn("started_at").Descending().OnColumn("id").Ascending();
        Create.Index("ix_runs_parent").OnTable("runs").OnColumn("parent_id").Ascending();
        Create.Index("ix_runs_alive").OnTable("runs").OnColumn("alive_until").Ascending();
    }

    private void CreateDetails()
    {
        foreach (var table in (string[])["run_parameters", "run_tags"])
        {
            Create.Table(table)
                .WithColumn("run_key").AsInt64().NotNullable().PrimaryKey()
                .WithColumn("name").AsString(Name).NotNullable().PrimaryKey()
                .WithColumn("value").AsString(int.MaxValue).NotNullable();
        }
    }

    private void CreateMetrics()
    {
        Create.Table("metric_names")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("name").AsString(Name).NotNullable();
        Create.Index("ux_metric_names").OnTable("metric_names").OnColumn("name").Ascending().WithOptions().Unique();
        Create.Table("run_metrics")
            .WithColumn("run_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("metric_key").AsInt64().NotNullable().PrimaryKey()
            .WithColumn("folder_key").AsInt64().NotNullable()
            .WithColumn("value").AsDouble().Nullable()
            .WithColumn("step").AsInt64().NotNullable()
            .WithColumn("time").AsInt64().NotNullable()
            .WithColumn("chunks").AsInt32().NotNullable();
        Create.Index("ix_run_metrics_value").OnTable("run_metrics")
            .OnColumn("folder_key").Ascending().OnColumn("metric_key").Ascending().OnColumn("value").Ascending().OnColumn("run_key").Ascending();
        Create.Table("metric_chunks")
            .WithColumn("key").AsInt64().NotNullable().PrimaryKey().Identity()
            .WithColumn("run_key").AsInt64().NotNullable()
            .WithColumn("metric_key").AsInt64().NotNullable()
            .WithColumn("length").AsInt32().NotNullable()
            .WithColumn("points").AsBinary(int.MaxValue).NotNullable();
        Create.Index("ix_metric_chunks").OnTable("metric_chunks").OnColumn("run_key").Ascending().OnColumn("metric_key").Ascending();
    }

    private void Move()
    {
        const string root = "'mlflow-artifacts:/' || CASE WHEN workspace = 'default' THEN '' ELSE 'workspaces/' || workspace || '/' END || ";
        Execute.Sql($"""
            INSERT INTO folders (workspace, number, name, artifact_root, created_at, updated_at)
            SELECT workspace, 0, 'Default', {root} '0', created_at, created_at FROM (SELECT name AS workspace, created_at FROM workspaces) AS spaces
            """);
        Execute.Sql($"""
            INSERT INTO folders (workspace, number, name, artifact_root, created_at, updated_at)
            SELECT workspace, number, folder, {root} number, began, began
            FROM (SELECT workspace, folder, MIN(started_at) AS began, ROW_NUMBER() OVER (PARTITION BY workspace ORDER BY MIN(started_at)) AS number
                  FROM before_runs WHERE folder NOT IN ('default', 'Default') GROUP BY workspace, folder) AS folders_before
            """);
        Execute.Sql("""
            INSERT INTO runs (id, workspace, kind, name, folder_key, artifact_uri, parent_id, status, error, seed, code_commit, runtime, operating_system, processor,
                              owner, started_at, ended_at, alive_until)
            SELECT r.id, r.workspace, r.kind, r.name, f.key, f.artifact_root || '/' || r.id || '/artifacts', r.parent_id, r.status, r.error, r.seed, r.code_commit,
                   r.runtime, r.operating_system, r.processor, r.owner, r.started_at, r.ended_at, r.alive_until
            FROM before_runs r JOIN folders f ON f.workspace = r.workspace AND f.name = CASE WHEN r.folder = 'default' THEN 'Default' ELSE r.folder END
            ORDER BY r.started_at, r.id
            """);
        foreach (var table in (string[])["run_parameters", "run_tags"])
            Execute.Sql($"INSERT INTO {table} (run_key, name, value) SELECT r.key, d.name, d.value FROM before_{table} d JOIN runs r ON r.id = d.run_id");
        Execute.Sql("INSERT INTO metric_names (name) SELECT DISTINCT name FROM before_run_metrics ORDER BY name");
        Execute.Sql("""
            INSERT INTO run_metrics (run_key, metric_key, folder_key, value, step, time, chunks)
            SELECT r.key, n.key, r.folder_key, m.value, m.step, m.time, 1
            FROM before_run_metrics m JOIN runs r ON r.id = m.run_id JOIN metric_names n ON n.name = m.name
            """);
        Execute.WithConnection(PackPoints);
    }

    private static void PackPoints(IDbConnection connection, IDbTransaction transaction)
    {
        using var read = connection.CreateCommand();
        read.Transaction = transaction;
        read.CommandText = """
            SELECT r.key, n.key, p.step, p.time, p.value FROM before_metric_points p JOIN runs r ON r.id = p.run_id JOIN metric_names n ON n.name = p.name
            ORDER BY r.key, n.key, p.step, p.time
            """;
        var packed = new List<(long Run, long Metric, int Length, byte[] Points)>();
        using (var rows = read.ExecuteReader())
        {
            var (of, points) = ((Run: 0L, Metric: 0L), new List<RawPoint>());
            while (rows.Read())
            {
                var next = (Run: rows.GetInt64(0), Metric: rows.GetInt64(1));
                if (points.Count == PointChunk.MaxLength || (next != of && points.Count > 0))
                    Pack();
                of = next;
                points.Add(new(rows.GetInt64(2), rows.GetInt64(3), rows.IsDBNull(4) ? double.NaN : rows.GetDouble(4)));
            }

            if (points.Count > 0)
                Pack();

            void Pack()
            {
                packed.Add((of.Run, of.Metric, points.Count, PointChunk.Pack([.. points])));
                points.Clear();
            }
        }

        foreach (var chunk in packed)
        {
            using var write = connection.CreateCommand();
            write.Transaction = transaction;
            write.CommandText = "INSERT INTO metric_chunks (run_key, metric_key, length, points) VALUES (@run, @metric, @length, @points)";
            Bind(write, "@run", chunk.Run);
            Bind(write, "@metric", chunk.Metric);
            Bind(write, "@length", chunk.Length);
            Bind(write, "@points", chunk.Points);
            write.ExecuteNonQuery();
        }
    }

    private static void Bind(IDbCommand command, string name, object value)
    {
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = (name, value);
        command.Parameters.Add(parameter);
    }
}
