using Orrery.Hosts.Tests.Server;
using Orrery.Import;
using Orrery.Import.Neptune;
using Orrery.Kernel;
using Orrery.Platform.Analytics;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Import;

public sealed class NeptuneTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task An_export_comes_with_values_series_and_files()
    {
        await using var server = await TestServer.StartAsync();
        await WriteAsync();

        var report = await ImportAsync(server);
        var run = Assert.Single((await server.Client.Runs.ListAsync(kind: RunImport.Kind)).Items);

        Assert.Equal(("team/flights", "FLI-7", "finished"), (run.Folder, run.Name, run.Status));
        Assert.Equal((new DateTimeOffset(2024, 1, 31, 12, 0, 0, TimeSpan.Zero), new DateTimeOffset(2024, 1, 31, 12, 30, 0, TimeSpan.Zero)), (run.StartedAt, run.EndedAt!.Value));
        Assert.Equal(new Dictionary<string, string> { ["params/lr"] = "0.1", ["params/layers"] = "3", ["params/deep"] = "true", ["params/name"] = "it's" }, run.Parameters.ToDictionary());
        Assert.Equal(("true", "true", "First", "10", "ada"), (run.Tags["a"], run.Tags["b"], run.Tags["mlflow.note.content"], run.Tags["neptune.step_multiplier"], run.Tags["neptune.owner"]));
        // Steps of 0, 0.5 and 1: ten times as many make them whole.
        Assert.Equal([(0L, 1.0), (5, 0.5), (10, 0.25)], (await server.Client.Runs.HistoryAsync(run.Id, "metrics/loss")).Select(p => (p.Step, p.Value)));
        Assert.Equal(["log/out.jsonl", "plots/roc.png", "preds/step_10.csv", "weights.jsonl"], (await server.Client.Runs.ArtifactsAsync(run.Id)).Select(a => a.Path));
        Assert.Contains("\"value\":\"hello\"", await server.Http.GetStringAsync(new Uri($"/api/v1/runs/{run.Id}/artifacts/log/out.jsonl", UriKind.Relative)), StringComparison.Ordinal);
        Assert.Equal(new Dictionary<string, long> { ["attribute of type 'run_state'"] = 1, ["file that is not in the folder of files"] = 2 }, report.Left.ToDictionary());
        Assert.Equal(1, (await ImportAsync(server)).RunsThere);
    }

    [Fact]
    public async Task A_run_of_several_files_is_one()
    {
        await using var server = await TestServer.StartAsync();
        await WriteAsync();
        await WriteAsync("FLI-7_part_1.parquet", "('team/flights', 'FLI-7', 'metrics/loss', 'float_series', 2.0, TIMESTAMP '2024-01-31 12:00:03', NULL, 0.125, NULL, NULL, NULL, NULL, NULL, NULL)");
        await File.WriteAllTextAsync(_folder.File("data/flights/FLI-8_part_0.parquet.tmp"), "half written");

        await ImportAsync(server);

        var run = Assert.Single((await server.Client.Runs.ListAsync(kind: RunImport.Kind)).Items);
        Assert.Equal(4, (await server.Client.Runs.HistoryAsync(run.Id, "metrics/loss")).Count);
    }

    [Fact]
    public async Task What_is_no_export_is_refused()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Contains("holds no export of Neptune", (await Assert.ThrowsAsync<InvalidException>(() => ImportAsync(server))).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(_folder.File("x.parquet"), "no Parquet");
        Assert.Contains("is no Parquet file of Neptune's exporter", (await Assert.ThrowsAsync<InvalidException>(() => ImportAsync(server))).Message, StringComparison.Ordinal);
    }

    private async Task<ImportReport> ImportAsync(TestServer server)
    {
        await using var source = new NeptuneExport(_folder.Path);
        return await new RunImport(server.Client).BringAsync(source);
    }

    private async Task WriteAsync()
    {
        Directory.CreateDirectory(_folder.File("files/flights"));
        await File.WriteAllTextAsync(_folder.File("files/flights/roc.png"), "picture");
        await File.WriteAllTextAsync(_folder.File("files/flights/p.csv"), "a,b\n");
        await File.WriteAllTextAsync(_folder.File("secret"), "secret");
        await WriteAsync(
            "FLI-7_part_0.parquet",
            Single("sys/creation_time", "datetime", datetime: "TIMESTAMP '2024-01-31 12:00:00'"), Single("sys/modification_time", "datetime", datetime: "TIMESTAMP '2024-01-31 12:30:00'"),
            Single("sys/tags", "string_set", set: "['a', 'b']"), Single("sys/description", "string", text: "'First'"), Single("sys/owner", "string", text: "'ada'"), Single("sys/state", "run_state", text: "'idle'"),
            Single("params/lr", "float", real: "0.1"), Single("params/layers", "int", whole: "3"), Single("params/deep", "bool", truth: "true"), Single("params/name", "string", text: "'it''s'"),
            Point("metrics/loss", "float_series", 0, real: "1"), Point("metrics/loss", "float_series", 0.5, real: "0.5"), Point("metrics/loss", "float_series", 1, real: "0.25"),
            Point("log/out", "string_series", 1, text: "'hello'"), Point("weights", "histogram_series", 1, histogram: "{'type': 'COUNTING', 'edges': [0.0, 1.0], 'values': [3.0]}"),
            Single("plots/roc", "file", file: "{'path': 'flights/roc.png'}"), Point("preds", "file_series", 1, file: "{'path': 'flights/p.csv'}"),
            Single("evil/up", "file", file: "{'path': '../secret'}"), Single("evil/root", "file", file: "{'path': '/etc/passwd'}"));
    }

    private static string Single(string path, string type, string whole = "NULL", string real = "NULL", string text = "NULL", string truth = "NULL", string datetime = "NULL", string set = "NULL", string file = "NULL") =>
        $"('team/flights', 'FLI-7', '{path}', '{type}', NULL, NULL, {whole}, {real}, {text}, {truth}, {datetime}, {set}, {file}, NULL)";

    private static string Point(string path, string type, double step, string real = "NULL", string text = "NULL", string file = "NULL", string histogram = "NULL") =>
        FormattableString.Invariant($"('team/flights', 'FLI-7', '{path}', '{type}', {step}, TIMESTAMP '2024-01-31 12:00:01', NULL, {real}, {text}, NULL, NULL, NULL, {file}, {histogram})");

    /// <summary>A file of the exporter's schema (its README, "Parquet schema").</summary>
    private async Task WriteAsync(string name, params string[] rows)
    {
        Directory.CreateDirectory(_folder.File("data/flights"));
        using var session = new AnalyticsEngine(new()).Open();
        await session.ExecuteAsync(
            """
            CREATE TABLE t (project_id VARCHAR, run_id VARCHAR, attribute_path VARCHAR, attribute_type VARCHAR, step DECIMAL(18, 6), "timestamp" TIMESTAMPTZ, int_value BIGINT, float_value DOUBLE, string_value VARCHAR,
              bool_value BOOLEAN, datetime_value TIMESTAMPTZ, string_set_value VARCHAR[], file_value STRUCT(path VARCHAR), histogram_value STRUCT("type" VARCHAR, edges DOUBLE[], "values" DOUBLE[]))
            """);
        await session.ExecuteAsync($"INSERT INTO t VALUES {string.Join(", ", rows)}");
        await session.ExecuteAsync($"COPY t TO {Sql.Text(_folder.File($"data/flights/{name}"))} (FORMAT parquet)");
    }
}
