using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger;
using Orrery.Ledger.Traces;
using Orrery.Tests;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Traces;

public sealed class LocalTraceFileTests
{
    private const string Spans =
        """{"spans": [{"trace_id": "AQEBAQEBAQEBAQEBAQEBAQ==", "span_id": "AQEBAQEBAQE=", "parent_span_id": null, "name": "root", "start_time_unix_nano": 1000, "end_time_unix_nano": 2000, "status": {"code": "STATUS_CODE_OK", "message": ""}, "attributes": {"a": "1"}, "events": []}]}""";

    [Fact]
    public async Task Spans_below_the_servers_own_root_are_read_and_kept()
    {
        using var root = new TempFolder();
        await using var server = await StartAsync(root);
        await server.PostAsync("/experiments/create", new { name = "x" });
        await RecordAsync(server, "tr-1", 1);
        await WriteAsync(Path.Combine(root.Path, "1", "traces", "tr-1", "artifacts"));
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "tr-1"));
        Assert.Equal(1, (await server.Get<ITraces>().GetAsync(MlflowServer.Admin, "tr-1")).Spans);
        Directory.Delete(Path.Combine(root.Path, "1"), true);
        Assert.Equal(HttpStatusCode.OK, await AskAsync(server, "tr-1"));
    }

    [Fact]
    public async Task Nothing_is_read_through_a_link()
    {
        using var root = new TempFolder();
        using var elsewhere = new TempFolder();
        await using var server = await StartAsync(root);
        await WriteAsync(elsewhere.Path);
        await server.PostAsync("/experiments/create", new { name = "x" });
        await RecordAsync(server, "tr-1", 1);
        await RecordAsync(server, "tr-2", 1);
        var folder = Directory.CreateDirectory(Path.Combine(root.Path, "1", "traces", "tr-1", "artifacts")).FullName;
        File.CreateSymbolicLink(Path.Combine(folder, "traces.json"), Path.Combine(elsewhere.Path, "traces.json"));
        Directory.CreateDirectory(Path.Combine(root.Path, "1", "traces", "tr-2"));
        Directory.CreateSymbolicLink(Path.Combine(root.Path, "1", "traces", "tr-2", "artifacts"), elsewhere.Path);
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(server, "tr-1"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(server, "tr-2"));
    }

    [Fact]
    public async Task Nothing_is_read_from_a_root_that_a_client_named()
    {
        using var root = new TempFolder();
        using var elsewhere = new TempFolder();
        await using var server = await StartAsync(root);
        var experiment = (await server.PostAsync("/experiments/create", new { name = "x", artifact_location = new Uri(elsewhere.Path).AbsoluteUri })).GetProperty("experiment_id").GetString()!;
        await RecordAsync(server, "tr-1", long.Parse(experiment, System.Globalization.CultureInfo.InvariantCulture));
        await WriteAsync(Path.Combine(elsewhere.Path, "traces", "tr-1", "artifacts"));
        Assert.Equal(HttpStatusCode.NotFound, await AskAsync(server, "tr-1"));
    }

    private static Task<MlflowServer> StartAsync(TempFolder root) =>
        MlflowServer.StartAsync(services => services.Configure<LedgerOptions>(options => options.ArtifactRoot = new Uri(root.Path).AbsoluteUri));

    private static Task<Trace> RecordAsync(MlflowServer server, string id, long folder) =>
        server.Get<ITraces>().RecordAsync(MlflowServer.Admin, new(id, folder, TraceState.Ok, DateTimeOffset.UnixEpoch));

    private static async Task WriteAsync(string folder)
    {
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "traces.json"), Spans);
    }

    private static async Task<HttpStatusCode> AskAsync(MlflowServer server, string id)
    {
        using var response = await server.Http.GetAsync(new Uri($"/ajax-api/2.0/mlflow/get-trace-artifact?request_id={id}", UriKind.Relative));
        return response.StatusCode;
    }
}
