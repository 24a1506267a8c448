using System.Net.Http.Json;
using System.Text.Json;
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

    private const string Wire = "/api/2.0/mlflow/";
    private const string ElsewhereVersion = "version of a registered model whose files are a logged model's or lie on a machine of its own";

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
        Assert.Equal(new Dictionary<string, long> { ["deleted run"] = 1, [ElsewhereVersion] = 1 }, report.Left.ToDictionary());
        Assert.Equal((1, 1), (report.Models, report.Versions));
        await AssertModelAsync(server);
        var again = await ImportAsync(server, new MlflowFolder(_folder.Path));
        Assert.Equal((2, 1, 0), (again.RunsThere, again.Models, again.Versions));
        await AssertModelAsync(server);
    }

    [Fact]
    public async Task A_model_of_that_name_which_no_import_made_stays_as_it_is()
    {
        await using var server = await TestServer.StartAsync();
        await server.Client.SendAsync<JsonElement>(HttpMethod.Post, Wire + "registered-models/create", JsonContent.Create(new { name = "flights" }));
        WriteFolder();

        var report = await ImportAsync(server, new MlflowFolder(_folder.Path));

        Assert.Equal(1, report.Left["registered model whose name is taken here"]);
        Assert.False((await ModelAsync(server)).TryGetProperty("aliases", out var aliases) && aliases.GetArrayLength() > 0);
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
        await AssertModelAsync(ours);
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
            await AssertModelAsync(server);
            var reader = await server.Client.SendAsync<JsonElement>(HttpMethod.Post, "/api/v1/runs/search", JsonContent.Create(new { filter = "datasets.name = 'weeks' AND datasets.context = 'training'" }));
            var weeks = Assert.Single(Assert.Single(reader.GetProperty("items").EnumerateArray()).GetProperty("datasets").EnumerateArray());
            Assert.Equal(("d1", "local", "{}"), (weeks.GetProperty("digest").GetString(), weeks.GetProperty("sourceType").GetString(), weeks.GetProperty("source").GetString()));
            Assert.Equal((2, 4, 1, 1), (report.Runs, report.Points, report.Artifacts, report.Datasets));
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

    /// <summary>Version 2 there is the first here: it points at the files that came with its run.</summary>
    private static async Task AssertModelAsync(TestServer server)
    {
        var model = await ModelAsync(server);
        Assert.Equal("delays", model.GetProperty("description").GetString());
        Assert.Contains(model.GetProperty("tags").EnumerateArray(), tag => (tag.GetProperty("key").GetString(), tag.GetProperty("value").GetString()) == ("team", "ops"));
        var alias = Assert.Single(model.GetProperty("aliases").EnumerateArray());
        Assert.Equal(("champion", "1"), (alias.GetProperty("alias").GetString(), alias.GetProperty("version").ToString()));
        var version = (await server.Client.SendAsync<JsonElement>(HttpMethod.Get, Wire + "model-versions/get?name=flights&version=1")).GetProperty("model_version");
        var run = await server.Client.Runs.GetAsync(RunId.TryParse(Child, out var id) ? id : default);
        Assert.Equal(($"{run.ArtifactUri}/plots", Child, "Production", "second"),
            (version.GetProperty("source").GetString(), version.GetProperty("run_id").GetString(), version.GetProperty("current_stage").GetString(), version.GetProperty("description").GetString()));
        Assert.Contains(version.GetProperty("tags").EnumerateArray(), tag => (tag.GetProperty("key").GetString(), tag.GetProperty("value").GetString()) == ("checked", "yes"));
    }

    private static async Task<JsonElement> ModelAsync(TestServer server) =>
        (await server.Client.SendAsync<JsonElement>(HttpMethod.Get, Wire + "registered-models/get?name=flights")).GetProperty("registered_model");

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
        Write("mlruns/models/flights/meta.yaml", "name: flights\ndescription: delays\n");
        Write("mlruns/models/flights/tags/team", "ops");
        Write("mlruns/models/flights/aliases/champion", "2");
        Write("mlruns/models/flights/version-2/meta.yaml", $"name: flights\nversion: 2\nsource: file:///elsewhere/mlruns/1/{Child}/artifacts/plots\nrun_id: {Child}\ncurrent_stage: Production\ndescription: second\n");
        Write("mlruns/models/flights/version-2/tags/checked", "yes");
        Write("mlruns/models/flights/version-3/meta.yaml", "name: flights\nversion: 3\nsource: models:/m-0123\nrun_id: null\ncurrent_stage: None\n");
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
            CREATE TABLE datasets (dataset_uuid TEXT, experiment_id INTEGER, name TEXT, digest TEXT, dataset_source_type TEXT, dataset_source TEXT, dataset_schema TEXT, dataset_profile TEXT);
            CREATE TABLE inputs (input_uuid TEXT, source_type TEXT, source_id TEXT, destination_type TEXT, destination_id TEXT);
            CREATE TABLE input_tags (input_uuid TEXT, name TEXT, value TEXT);
            CREATE TABLE registered_models (name TEXT, description TEXT);
            CREATE TABLE registered_model_tags (name TEXT, key TEXT, value TEXT);
            CREATE TABLE registered_model_aliases (name TEXT, alias TEXT, version INTEGER);
            CREATE TABLE model_versions (name TEXT, version INTEGER, description TEXT, current_stage TEXT, source TEXT, run_id TEXT);
            CREATE TABLE model_version_tags (name TEXT, version INTEGER, key TEXT, value TEXT);
            INSERT INTO datasets VALUES ('ds', 1, 'weeks', 'd1', 'local', '{}', NULL, NULL);
            INSERT INTO inputs VALUES ('in', 'DATASET', 'ds', 'RUN', $child);
            INSERT INTO input_tags VALUES ('in', 'mlflow.data.context', 'training');
            INSERT INTO registered_models VALUES ('flights', 'delays');
            INSERT INTO registered_model_tags VALUES ('flights', 'team', 'ops');
            INSERT INTO registered_model_aliases VALUES ('flights', 'champion', 2);
            INSERT INTO model_versions VALUES ('flights', 1, NULL, 'Deleted_Internal', 'x', ''), ('flights', 2, 'second', 'Production', 'runs:/' || $child || '/plots', $child);
            INSERT INTO model_version_tags VALUES ('flights', 2, 'checked', 'yes');
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
