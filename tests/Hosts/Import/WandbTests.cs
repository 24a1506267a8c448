using System.Globalization;
using Google.Protobuf.WellKnownTypes;
using Orrery.Client;
using Orrery.Hosts.Tests.Server;
using Orrery.Import;
using Orrery.Import.Wandb;
using Orrery.Import.Wandb.Proto;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;
using Record = Orrery.Import.Wandb.Proto.Record;

namespace Orrery.Hosts.Tests.Import;

public sealed class WandbTests : IDisposable
{
    private static readonly DateTimeOffset Start = new(2024, 1, 31, 12, 0, 0, TimeSpan.Zero);

    private readonly TempFolder _folder = new();

    private string RunFolder => Path.Combine(_folder.Path, "wandb", "offline-run-20240131_120000-abc123");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_run_comes_with_everything_that_its_file_and_folder_hold()
    {
        await using var server = await TestServer.StartAsync();
        Write([.. Records(steps: 3), Exit(0)]);
        await File.WriteAllTextAsync(Path.Combine(RunFolder, "files", "output.log"), "epoch 1\n");
        Directory.CreateDirectory(Path.Combine(RunFolder, "files", "media", "images"));
        await File.WriteAllTextAsync(Path.Combine(RunFolder, "files", "media", "images", "a.png"), "picture");

        var report = await ImportAsync(server);
        var run = await RunAsync(server);

        Assert.Equal((1, 0, 0), (report.Runs, report.RunsThere, report.RunsOpen));
        Assert.Equal(("flights", "bright-sun-1", "finished", Start, Start.AddSeconds(60)), (run.Folder, run.Name, run.Status, run.StartedAt, run.EndedAt!.Value));
        Assert.Equal(
            new Dictionary<string, string> { ["optimizer.name"] = "adam", ["optimizer.lr"] = "0.001", ["layers"] = "[64, 32]", ["deep"] = "true" }, run.Parameters.ToDictionary());
        Assert.Equal(("true", "First try", "ada", "c0ffee", "\"converged\"".Trim('"')),
            (run.Tags["baseline"], run.Tags["mlflow.note.content"], run.Tags["wandb.entity"], run.Tags["git.commit"], run.Tags["summary.verdict"]));
        var loss = await server.Client.Runs.HistoryAsync(run.Id, "loss");
        Assert.Equal([(0L, 1.0), (1, 0.5), (2, 0.25)], loss.Select(p => (p.Step, p.Value)));
        Assert.Equal(Start.AddSeconds(2.5), loss[1].Time);
        Assert.True(double.IsNaN((await server.Client.Runs.HistoryAsync(run.Id, "val.auc"))[0].Value));
        Assert.Equal(12.5, run.Metrics["system/cpu"]);
        Assert.Equal(0.9, run.Metrics["best"]); // of the summary alone
        Assert.Equal(["history.jsonl", "media/images/a.png", "output.log"], (await server.Client.Runs.ArtifactsAsync(run.Id)).Select(a => a.Path));
        Assert.Equal("{\"step\":0,\"key\":\"table\",\"value\":{\"_type\": \"table-file\", \"path\": \"media/table/t.json\"}}\n", await TextAsync(server, run, "history.jsonl"));
        Assert.Equal(new Dictionary<string, long> { ["alert"] = 1, ["artifact of type 'model' (its files are not in the run's folder)"] = 1 }, report.Left.ToDictionary());
    }

    [Fact]
    public async Task Importing_again_brings_nothing_twice()
    {
        await using var server = await TestServer.StartAsync();
        Write([.. Records(steps: 3), Exit(1)]);

        await ImportAsync(server);
        var again = await ImportAsync(server);

        var run = await RunAsync(server);
        Assert.Equal((0, 1, 0), (again.Runs, again.RunsThere, again.Points));
        Assert.Equal(("failed", "Exit code 1."), (run.Status, run.Error));
        Assert.Equal(3, (await server.Client.Runs.HistoryAsync(run.Id, "loss")).Count);
    }

    [Fact]
    public async Task A_run_that_goes_on_stays_open_and_a_later_import_completes_it()
    {
        await using var server = await TestServer.StartAsync();
        Write(Records(steps: 3));
        using (var torn = new FileStream(LogPath, FileMode.Open))
            torn.SetLength(torn.Length - 3);

        var first = await ImportAsync(server);
        var open = await RunAsync(server);
        Write([.. Records(steps: 5), Exit(0)]);
        await ImportAsync(server);
        var whole = await RunAsync(server);

        Assert.Equal((1, "running"), (first.RunsOpen, open.Status));
        Assert.Equal(["last record of 'run-abc123.wandb': the file breaks off in it"], first.Left.Keys.Where(k => k.StartsWith("last", StringComparison.Ordinal)));
        Assert.Equal(("finished", 5), (whole.Status, (await server.Client.Runs.HistoryAsync(whole.Id, "loss")).Count));
    }

    [Fact]
    public void Records_are_put_together_over_blocks_of_any_fill()
    {
        foreach (var size in new[] { 0, 1, 32_700, 32_748, 32_749, 32_750, 32_753, 32_754, 32_755, 32_761, 65_536, 1_000_000 })
        {
            Write([new() { Output = new() { Line = new string('a', size) } }, new() { Output = new() { Line = "next" } }]);

            var lines = new RecordLog(LogPath).Read().Select(record => record.Output.Line.Length);

            Assert.Equal([size, 4], lines);
        }
    }

    [Theory]
    [InlineData(0, "is no run file of Weights & Biases")]
    [InlineData(9, "is damaged: at byte 7 stands a checksum that does not fit")]
    [InlineData(40, "is damaged: at byte 7 stands a checksum that does not fit")]
    public async Task A_damaged_file_is_refused_with_the_place(int place, string message)
    {
        await using var server = await TestServer.StartAsync();
        Write(Records(steps: 1));
        var bytes = await File.ReadAllBytesAsync(LogPath);
        bytes[place] ^= 0x55;
        await File.WriteAllBytesAsync(LogPath, bytes);

        var refusal = await Assert.ThrowsAsync<InvalidException>(() => ImportAsync(server));

        Assert.Contains(message, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_link_out_of_the_folder_is_not_followed()
    {
        await using var server = await TestServer.StartAsync();
        Write([.. Records(steps: 1), Exit(0)]);
        var secret = Path.Combine(_folder.Path, "secret.txt");
        await File.WriteAllTextAsync(secret, "secret");
        File.CreateSymbolicLink(Path.Combine(RunFolder, "files", "innocent.txt"), secret);

        await ImportAsync(server);

        Assert.DoesNotContain(await server.Client.Runs.ArtifactsAsync((await RunAsync(server)).Id), a => a.Path == "innocent.txt");
    }

    [Fact]
    public void A_folder_without_runs_is_refused()
    {
        Assert.Contains("holds no run of Weights & Biases", Assert.Throws<InvalidException>(() => new OfflineRuns(_folder.Path)).Message, StringComparison.Ordinal);
        Assert.Contains("There is no folder", Assert.Throws<InvalidException>(() => new OfflineRuns("/no/such/folder")).Message, StringComparison.Ordinal);
    }

    private string LogPath => Path.Combine(RunFolder, "run-abc123.wandb");

    private static Record Exit(int code) => new() { Exit = new() { ExitCode = code, Runtime = 60 } };

    private static List<Record> Records(int steps)
    {
        var run = new RunRecord
        {
            RunId = "abc123",
            Entity = "ada",
            Project = "flights",
            DisplayName = "bright-sun-1",
            Notes = "First try",
            StartTime = Timestamp.FromDateTimeOffset(Start),
            Git = new() { Commit = "c0ffee" },
            Config = new() { Update = { Item("optimizer", "{\"name\": \"adam\", \"lr\": 0.01}"), Item("layers", "[64, 32]"), Item("old", "1"), Item("_wandb", "{\"cli_version\": \"0.16.0\"}") } },
        };
        run.Tags.Add("baseline");
        List<Record> records =
        [
            new() { Run = run },
            new() { Config = new() { Update = { new Item { NestedKey = { "optimizer", "lr" }, ValueJson = "0.001" }, Item("deep", "true") }, Remove = { new Item { Key = "old" } } } },
            new() { Stats = new() { Timestamp = Timestamp.FromDateTimeOffset(Start.AddSeconds(1)), Item = { Item("cpu", "12.5") } } },
            new() { Alert = new() },
            new() { Artifact = new() { Type = "model", Name = "m" } },
            new() { Summary = new() { Update = { Item("best", "0.9"), Item("verdict", "\"converged\""), Item("loss", "0.1"), Item("_runtime", "60") } } },
        ];
        for (var step = 0; step < steps; step++)
        {
            var history = new HistoryRecord
            {
                Item =
                {
                    Item("_step", step.ToString(CultureInfo.InvariantCulture)), Item("_timestamp", (Start.ToUnixTimeSeconds() + 1.5 + step).ToString(CultureInfo.InvariantCulture)),
                    Item("loss", Math.Pow(0.5, step).ToString(CultureInfo.InvariantCulture)),
                },
            };
            if (step == 0)
                history.Item.AddRange([new Item { NestedKey = { "val", "auc" }, ValueJson = "NaN" }, Item("table", "{\"_type\": \"table-file\", \"path\": \"media/table/t.json\"}")]);
            records.Add(new() { History = history });
        }

        return records;
    }

    private static Item Item(string key, string json) => new() { Key = key, ValueJson = json };

    private void Write(IEnumerable<Record> records)
    {
        Directory.CreateDirectory(Path.Combine(RunFolder, "files"));
        using var log = new WandbWriter(LogPath);
        foreach (var record in records)
            log.Write(record);
    }

    private async Task<ImportReport> ImportAsync(TestServer server)
    {
        await using var source = new OfflineRuns(Path.Combine(_folder.Path, "wandb"));
        return await new RunImport(server.Client).BringAsync(source);
    }

    private static async Task<Run> RunAsync(TestServer server) => Assert.Single((await server.Client.Runs.ListAsync(kind: RunImport.Kind)).Items);

    private static async Task<string> TextAsync(TestServer server, Run run, string path) => await server.Http.GetStringAsync(new Uri($"/api/v1/runs/{run.Id}/artifacts/{path}", UriKind.Relative));
}
