using Microsoft.Data.Sqlite;
using Orrery.Hosts.Tests.Server;
using Orrery.Import;
using Orrery.Import.Mlflow;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Import;

public sealed class MlflowTests : IDisposable
{
    private const string Parent = "0a000000000000000000000000000001";
    private const string Child = "0b000000000000000000000000000002";

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_folder_of_runs_comes_with_ids_nesting_points_and_artifacts()
    {
        await using var server = await TestServer.StartAsync();
        WriteFolder();

        var report = await ImportAsync(server, new MlflowFolder(_folder.Path));

        await AssertBroughtAsync(server);
        Assert.Equal((2, 4, 1), (report.Runs, report.Points, report.Artifacts));
        Assert.Equal(new Dictionary<string, long> { ["deleted run"] = 1, ["registered model"] = 1 }, report.Left.ToDictionary());
        Assert.Equal(2, (await ImportAsync(server, new MlflowFolder(_folder.Path))).RunsThere);
    }

    [Fact]
    public async Task A_server_is_read_over_its_own_API()
    {
        await using var theirs = await TestServer.StartAsync();
        await using var ours = await TestServer.StartAsync();
        WriteFolder();
        await ImportAsync(theirs, new MlflowFolder(_folder.Path));
        using var http = new HttpClient(new SocketsHttpHandler());

        // Orrery answers as MLflow does, so it stands for a server of MLflow here.
        var report = await ImportAsync(ours, new MlflowServer(http, theirs.Address));

        await AssertBroughtAsync(ours);
        Assert.Equal((2, 4, 1), (report.Runs, report.Points, report.Artifacts));
    }

    [Fact]
    public async Task A_database_is_read_with_the_artifacts_beside_it_and_no_others()
    {
        await using var server = await TestServer.StartAsync();
        var secrets = Directory.CreateTempSubdirectory("orrery-test-").FullName;
        try
        {
            await File.WriteAllTextAsync(Path.Combine(secrets, "id_rsa"), "secret");
            WriteDatabase(secrets);

            var report = await ImportAsync(server, new MlflowDatabase(_folder.File("mlflow.db")));

            await AssertBroughtAsync(server);
            Assert.Equal((2, 4, 1), (report.Runs, report.Points, report.Artifacts));
            Assert.Equal(1, report.Left["artifacts of a run outside of the folder of artifacts (name theirs with --files)"]);
            Assert.Equal(1, report.Left["deleted run"]);
        }
        finally
        {
            Directory.Delete(secrets, recursive: true);
        }
    }

    [Theory]
    [InlineData("1700000000000 0.5 x", "expected time, value and step, got '1700000000000 0.5 x'")]
    [InlineData("1700000000000", "expected time, value and step")]
    [InlineData("9999999999999999 1 1", "is no time in milliseconds since 1970")]
    public async Task A_metric_that_cannot_be_read_is_refused_with_its_place(string line, string message)
    {
        await using var server = await TestServer.StartAsync();
        WriteFolder();
        await File.AppendAllTextAsync(Path.Combine(_folder.Path, "mlruns", "1", Child, "metrics", "loss"), line);

        var refusal = await Assert.ThrowsAsync<InvalidException>(() => ImportAsync(server, new MlflowFolder(_folder.Path)));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_no_store_of_MLflow_is_refused()
    {
        var text = _folder.File("text.db");
        await File.WriteAllTextAsync(text, "no database at all, only a text that is long enough to be read as a header of one");
        using var http = new HttpClient(new SocketsHttpHandler());
        await using var server = await TestServer.StartAsync();

        Assert.Contains("is no SQLite database", Assert.Throws<InvalidException>(() => new MlflowDatabase(text)).Message, StringComparison.Ordinal);
        Assert.Contains("is no mlruns folder", Assert.Throws<InvalidException>(() => new MlflowFolder(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains(
            "does not answer", (await Assert.ThrowsAsync<UnavailableException>(() => ImportAsync(server, new MlflowServer(http, new("http://127.0.0.1:9"))))).Message, StringComparison.Ordinal);
    }

    private static async Task<ImportReport> ImportAsync(TestServer server, IRunSource source)
    {
        await using (source)
            return await new RunImport(server.Client).BringAsync(source);
    }

    private static async Task AssertBroughtAsync(TestServer server)
    {
        Assert.True(RunId.TryParse(Parent, out var parentId) && RunId.TryParse(Child, out _));
        var runs = (await server.Client.Runs.ListAsync(kind: RunImport.Kind)).Items;
        var parent = runs.Single(run => run.Id == parentId);
        var child = runs.Single(run => run.Id != parentId);
        Assert.Equal(2, runs.Count);
        Assert.Equal(("flights / delays", "sweep", "finished", (RunId?)null), (parent.Folder, parent.Name, parent.Status, parent.Parent));
        Assert.Equal((Child, (RunId?)parentId, "cancelled"), (child.Id.ToString(), child.Parent, child.Status));
        Assert.Equal((DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_500), DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_009_000)), (child.StartedAt, child.EndedAt!.Value));
        Assert.Equal(("0.1", "spaces  and\nlines"), (child.Parameters["lr"], child.Parameters["optim/text"]));
        var loss = await server.Client.Runs.HistoryAsync(child.Id, "loss");
        Assert.Equal([(0L, 0.5), (1, double.PositiveInfinity)], loss.Select(p => (p.Step, p.Value)));
        var auc = await server.Client.Runs.HistoryAsync(child.Id, "val/auc");
        Assert.Equal([(-1L, 0.25), (0, double.NaN)], auc.Select(p => (p.Step, p.Value)));
        Assert.Equal("plots/roc curve.txt", Assert.Single(await server.Client.Runs.ArtifactsAsync(child.Id)).Path);
        Assert.Equal("picture", await server.Http.GetStringAsync(new Uri($"/api/v1/runs/{child.Id}/artifacts/plots/roc%20curve.txt", UriKind.Relative)));
    }

    private void WriteFolder()
    {
        Write("mlruns/0/meta.yaml", "experiment_id: '0'\nname: Default\nlifecycle_stage: active\n");
        Write("mlruns/1/meta.yaml", "experiment_id: '1'\nname: flights / delays\nlifecycle_stage: active\n");
        // The child stands before its parent, in the folder and in time.
        Write($"mlruns/1/{Child}/meta.yaml", $"run_id: {Child}\nrun_name: trial-1\nstatus: 5\nstart_time: 1700000000500\nend_time: 1700000009000\nlifecycle_stage: active\ntags: []\n");
        Write($"mlruns/1/{Child}/tags/mlflow.parentRunId", Parent);
        Write($"mlruns/1/{Child}/params/lr", "0.1");
        Write($"mlruns/1/{Child}/params/optim/text", "spaces  and\nlines");
        Write($"mlruns/1/{Child}/metrics/loss", "1700000001000 0.5 0\n1700000002000 inf 1\n");
        Write($"mlruns/1/{Child}/metrics/val/auc", "1700000001000 nan\n1700000001000 0.25 -1\n");
        Write($"mlruns/1/{Child}/artifacts/plots/roc curve.txt", "picture");
        Write($"mlruns/1/{Parent}/meta.yaml", $"run_id: {Parent}\nrun_name: sweep\nstatus: 3\nstart_time: 1700000000900\nend_time: 1700000010000\nlifecycle_stage: active\n");
        Write("mlruns/1/0c000000000000000000000000000003/meta.yaml", "run_id: 0c000000000000000000000000000003\nstatus: 3\nlifecycle_stage: deleted\n");
        Write("mlruns/models/flights/meta.yaml", "name: flights\n");
    }

    private void WriteDatabase(string secrets)
    {
        Write($"artifacts/{Child}/plots/roc curve.txt", "picture");
        using var connection = new SqliteConnection($"Data Source={_folder.File("mlflow.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        // The columns of MLflow's tables that are read (mlflow/store/tracking/dbmodels/models.py).
        command.CommandText =
            """
            CREATE TABLE experiments (experiment_id INTEGER PRIMARY KEY, name TEXT, lifecycle_stage TEXT);
            CREATE TABLE runs (run_uuid TEXT PRIMARY KEY, name TEXT, experiment_id INTEGER, status TEXT, start_time BIGINT, end_time BIGINT, lifecycle_stage TEXT, artifact_uri TEXT);
            CREATE TABLE metrics (key TEXT, value DOUBLE, timestamp BIGINT, run_uuid TEXT, step BIGINT, is_nan BOOLEAN);
            CREATE TABLE params (key TEXT, value TEXT, run_uuid TEXT);
            CREATE TABLE tags (key TEXT, value TEXT, run_uuid TEXT);
            INSERT INTO experiments VALUES (1, 'flights / delays', 'active');
            INSERT INTO runs VALUES ($child, 'trial-1', 1, 'KILLED', 1700000000500, 1700000009000, 'active', $artifacts);
            INSERT INTO runs VALUES ($parent, 'sweep', 1, 'FINISHED', 1700000000900, 1700000010000, 'active', $secrets);
            INSERT INTO runs VALUES ('0c000000000000000000000000000003', '', 1, 'FINISHED', 1700000000900, NULL, 'deleted', '');
            INSERT INTO tags VALUES ('mlflow.parentRunId', $parent, $child);
            INSERT INTO params VALUES ('lr', '0.1', $child), ('optim/text', 'spaces  and' || char(10) || 'lines', $child);
            INSERT INTO metrics VALUES ('loss', 0.5, 1700000001000, $child, 0, 0), ('loss', 1.7976931348623157e308, 1700000002000, $child, 1, 0),
              ('val/auc', 0, 1700000001000, $child, 0, 1), ('val/auc', 0.25, 1700000001000, $child, -1, 0);
            """;
        command.Parameters.AddWithValue("$child", Child);
        command.Parameters.AddWithValue("$parent", Parent);
        command.Parameters.AddWithValue("$artifacts", $"file://{_folder.Path}/artifacts/{Child}");
        command.Parameters.AddWithValue("$secrets", secrets);
        command.ExecuteNonQuery();
    }

    private void Write(string path, string text)
    {
        var file = _folder.File(path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        using var writer = File.CreateText(file);
        writer.Write(text);
    }
}
