using System.Globalization;
using System.Net;
using Orrery.Client;
using Orrery.Client.Tracking;
using Orrery.Hosts.Tests.Server;
using Orrery.Import;
using Orrery.Import.Offline;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Client;

public sealed class TrackingTests : IDisposable
{
    private static readonly NewRun New = new("train", "first try", "flights", Seed: 7);

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_is_logged_arrives_with_the_end_of_the_run()
    {
        await using var server = await TestServer.StartAsync();

        await server.Client.TrackAsync(New, LogAsync);

        await AssertLoggedAsync(server, points: 25_000);
    }

    [Fact]
    public async Task A_run_whose_work_throws_has_failed_and_the_error_is_thrown_on()
    {
        await using var server = await TestServer.StartAsync();

        await Assert.ThrowsAsync<FormatException>(() => server.Client.TrackAsync(New, run =>
        {
            run.Log("loss", 1);
            throw new FormatException("no number");
        }));

        var run = await RunAsync(server);
        Assert.Equal(("failed", 1), (run.Status, run.Metrics.Count));
        Assert.Contains("no number", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_that_does_not_answer_for_a_while_loses_nothing()
    {
        await using var server = await TestServer.StartAsync();
        using var unreliable = new Unreliable { InnerHandler = new SocketsHttpHandler() };
        using var http = new HttpClient(unreliable);
        var client = new OrreryClient(http, server.Address);

        await client.TrackAsync(New, async run =>
        {
            unreliable.FailNext = 3;
            run.WriteLine("once");
            for (var step = 0; step < 100; step++)
                run.Log("loss", step, step);
            await unreliable.Failed.Task;
        }, new() { FlushEvery = TimeSpan.FromMilliseconds(5) });

        var run = await RunAsync(server);
        Assert.Equal(Enumerable.Range(0, 100).Select(i => (double)i), (await server.Client.Runs.HistoryAsync(run.Id, "loss")).Select(p => p.Value));
        Assert.Equal("finished", run.Status);
        Assert.Equal("once", Assert.Single((await server.Client.Runs.LinesAsync(run.Id)).Lines).Text);
    }

    [Fact]
    public async Task A_log_is_followed_until_the_run_ends()
    {
        await using var server = await TestServer.StartAsync();
        var run = (await server.Client.Runs.StartAsync(New)).Id;
        await server.Client.Runs.AppendLinesAsync(run, [new("first")]);
        var read = new List<string>();
        await foreach (var line in server.Client.Runs.FollowAsync(run))
        {
            read.Add(line.Text);
            if (read.Count == 1)
                await server.Client.Runs.AppendLinesAsync(run, [new("second")], first: 1);
            else
                await server.Client.Runs.FinishAsync(run);
        }

        Assert.Equal(["first", "second"], read);
    }

    [Fact]
    public async Task What_the_server_refuses_is_told_at_the_end_and_what_comes_after_is_there()
    {
        await using var server = await TestServer.StartAsync();
        var tracked = await server.Client.TrackAsync(New);

        tracked.Log(new string('x', 1000), 1);
        await Assert.ThrowsAsync<InvalidException>(() => tracked.FlushAsync());
        tracked.Log("loss", 2);
        await tracked.FlushAsync();
        tracked.Log(new string('y', 1000), 1);
        await Assert.ThrowsAsync<InvalidException>(() => tracked.FinishAsync());
        await tracked.DisposeAsync();

        var run = await RunAsync(server);
        Assert.Equal(("finished", 2.0), (run.Status, run.Metrics["loss"]));
        Assert.Throws<ObjectDisposedException>(() => tracked.Log("late", 1));
    }

    [Fact]
    public async Task The_machine_is_sampled_into_metrics()
    {
        await using var server = await TestServer.StartAsync();

        await server.Client.TrackAsync(New, async run =>
        {
            while ((await server.Client.Runs.GetAsync(run.Id)).Metrics.Count == 0)
                await Task.Yield();
        }, new() { SystemMetricsEvery = TimeSpan.FromMilliseconds(20), FlushEvery = TimeSpan.FromMilliseconds(20) });

        var run = await RunAsync(server);
        Assert.True(run.Metrics["system/process_memory_usage_megabytes"] > 1);
        Assert.InRange(run.Metrics["system/disk_usage_percentage"], 0, 100);
        if (OperatingSystem.IsLinux())
            Assert.InRange(run.Metrics["system/system_memory_usage_percentage"], 0.01, 100);
    }

    [Fact]
    public void A_line_of_nvidia_smi_is_read_field_by_field()
    {
        Assert.Equal(
            [("gpu_1_utilization_percentage", 37.0), ("gpu_1_memory_usage_megabytes", 1048.576), ("gpu_1_memory_usage_percentage", 1.25), ("gpu_1_power_usage_watts", 71.5)],
            SystemMetrics.ReadGpu("1, 37, 1000, 80000, 71.50"));
        Assert.Equal([("gpu_0_utilization_percentage", 5.0)], SystemMetrics.ReadGpu("0, 5, [N/A], [N/A], [N/A]"));
        Assert.Empty(SystemMetrics.ReadGpu("NVIDIA-SMI has failed"));
    }

    [Fact]
    public async Task Offline_runs_are_sent_later_and_once()
    {
        await Tracking.TrackOfflineAsync(_folder.Path, New, LogAsync);
        await using var server = await TestServer.StartAsync();

        var first = await SyncAsync(server);
        var second = await SyncAsync(server);

        await AssertLoggedAsync(server, points: 25_000);
        Assert.Equal((1L, 0L, 25_001L), (first.Runs, first.RunsThere, first.Points));
        Assert.Equal((0L, 1L, 0L), (second.Runs, second.RunsThere, second.Points));
    }

    [Fact]
    public async Task An_offline_run_that_a_crash_cut_off_is_sent_up_to_there()
    {
        await using (var tracked = Tracking.TrackOffline(_folder.Path, New))
        {
            tracked.Log("loss", 1, 1);
            await tracked.FlushAsync();
        }

        var journal = Directory.EnumerateFiles(_folder.Path, OfflineRecord.FileName, SearchOption.AllDirectories).Single();
        await using (var file = new FileStream(journal, FileMode.Open))
            file.SetLength(file.Length - 10); // within the line of its end
        await using var server = await TestServer.StartAsync();

        var report = await SyncAsync(server);

        var run = await RunAsync(server);
        Assert.Equal((1, "running", 1.0), (report.RunsOpen, run.Status, run.Metrics["loss"]));
        await File.AppendAllTextAsync(journal, "\n{}\n");
        Assert.Contains("line 3", (await Assert.ThrowsAsync<InvalidException>(() => SyncAsync(server))).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../up.txt")]
    [InlineData("/etc/passwd")]
    [InlineData("a//b")]
    [InlineData("a\\..\\b")]
    public async Task An_offline_artifact_stays_in_its_folder(string path)
    {
        await using var tracked = Tracking.TrackOffline(_folder.Path, New);

        await Assert.ThrowsAsync<InvalidException>(() => tracked.PutTextAsync(path, "text"));
    }

    private static async Task LogAsync(TrackedRun run)
    {
        run.SetParameter("lr", 0.1);
        run.SetTag("team", "delays");
        run.WriteLine("it begins");
        run.WriteLine("1\r\n2\n");
        for (var step = 0; step < 25_000; step++)
            run.Log("loss", 1.0 / (step + 1), step);
        run.Log("auc", double.NaN);
        await run.PutTextAsync("plots/notes.txt", "good");
    }

    private static async Task AssertLoggedAsync(TestServer server, int points)
    {
        var run = await RunAsync(server);
        Assert.Equal(("train", "first try", "flights", "finished", 7L), (run.Kind, run.Name, run.Folder, run.Status, run.Seed));
        Assert.Equal(("0.1", "delays"), (run.Parameters["lr"], run.Tags["team"]));
        var history = await server.Client.Runs.HistoryAsync(run.Id, "loss");
        Assert.Equal((points, 1.0 / points), (history.Count, history[^1].Value));
        var artifacts = await server.Client.Runs.ArtifactsAsync(run.Id);
        Assert.Equal("plots/notes.txt", Assert.Single(artifacts, artifact => !artifact.Path.StartsWith("environment/", StringComparison.Ordinal)).Path);
        Assert.Contains(artifacts, artifact => artifact.Path == "environment/Orrery.Hosts.Tests.deps.json"); // the packages that this program runs on
        Assert.Contains("Orrery.Hosts.Tests", run.Environment.Command, StringComparison.Ordinal);
        Assert.Equal(["it begins", "1", "2"], (await server.Client.Runs.LinesAsync(run.Id)).Lines.Select(line => line.Text));
        Assert.StartsWith(".NET", run.Environment.Runtime, StringComparison.Ordinal);
        Assert.DoesNotContain("Orrery", run.Environment.Runtime, StringComparison.Ordinal); // the program's, not the server's
    }

    private static async Task<Run> RunAsync(TestServer server) => Assert.Single((await server.Client.Runs.ListAsync(kind: "train")).Items);

    private async Task<ImportReport> SyncAsync(TestServer server)
    {
        await using var source = new OfflineRunFolder(_folder.Path);
        return await new RunImport(server.Client).BringAsync(source);
    }

    /// <summary>Breaks the next requests off: half of them after the server has done what they ask.</summary>
    private sealed class Unreliable : DelegatingHandler
    {
        private int _failNext;

        public int FailNext { set => _failNext = value; }

        public TaskCompletionSource Failed { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var left = Interlocked.Decrement(ref _failNext);
            if (left < 0)
                return await base.SendAsync(request, cancellationToken);
            if (left % 2 == 0)
                (await base.SendAsync(request, cancellationToken)).Dispose();
            if (left == 0)
                Failed.SetResult();
            throw new HttpRequestException(string.Create(CultureInfo.InvariantCulture, $"broken off, {left} to go"), null, HttpStatusCode.ServiceUnavailable);
        }
    }
}
