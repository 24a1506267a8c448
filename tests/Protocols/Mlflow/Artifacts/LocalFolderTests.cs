using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger;
using Orrery.Tests;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Artifacts;

/// <summary>Artifacts below the <c>file:</c> root that the server was started with.</summary>
public sealed class LocalFolderTests
{
    [Fact]
    public async Task What_a_client_wrote_itself_is_listed_and_read()
    {
        using var root = new TempFolder();
        await using var server = await StartAsync(root);
        var (run, folder) = await RunAsync(server, root);
        Directory.CreateDirectory(Path.Combine(folder, "plots"));
        await File.WriteAllTextAsync(Path.Combine(folder, "plots", "dog%step%1.txt"), "0123");
        await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "x");

        Assert.Equal("""[{"path":"a.txt","is_dir":false,"file_size":1},{"path":"plots","is_dir":true}]""", (await server.GetAsync($"/artifacts/list?run_id={run}")).GetProperty("files").GetRawText());
        Assert.Equal("""[{"path":"plots/dog%step%1.txt","is_dir":false,"file_size":4}]""", (await server.GetAsync($"/artifacts/list?run_id={run}&path=plots")).GetProperty("files").GetRawText());
        Assert.Equal("0123", await server.Http.GetStringAsync(Of(run, "plots/dog%25step%251.txt")));
        Assert.False((await server.GetAsync($"/artifacts/list?run_id={run}&path=none")).TryGetProperty("files", out _));
        using var none = await server.Http.GetAsync(Of(run, "none"));
        using var aFolder = await server.Http.GetAsync(Of(run, "plots"));
        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (none.StatusCode, aFolder.StatusCode));
    }

    [Fact]
    public async Task What_is_uploaded_lies_where_the_client_would_have_put_it()
    {
        using var root = new TempFolder();
        await using var server = await StartAsync(root);
        var (run, folder) = await RunAsync(server, root);
        foreach (var text in (string[])["first", "second"])
        {
            using var uploaded = await server.Http.PostAsync(new Uri($"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path=notes/a.txt", UriKind.Relative), new StringContent(text));
            Assert.Equal(HttpStatusCode.OK, uploaded.StatusCode);
            Assert.Equal(text, await File.ReadAllTextAsync(Path.Combine(folder, "notes", "a.txt")));
        }

        Assert.Equal("a.txt", Path.GetFileName(Assert.Single(Directory.GetFiles(Path.Combine(folder, "notes")))));
    }

    [Fact]
    public async Task A_link_leads_nowhere_to_read_or_to_write()
    {
        using var root = new TempFolder();
        using var elsewhere = new TempFolder();
        await using var server = await StartAsync(root);
        var (run, folder) = await RunAsync(server, root);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(elsewhere.Path, "secret"), "x");
        File.CreateSymbolicLink(Path.Combine(folder, "file"), Path.Combine(elsewhere.Path, "secret"));
        Directory.CreateSymbolicLink(Path.Combine(folder, "folder"), elsewhere.Path);

        Assert.False((await server.GetAsync($"/artifacts/list?run_id={run}")).TryGetProperty("files", out _));
        foreach (var path in (string[])["file", "folder/secret"])
        {
            using var read = await server.Http.GetAsync(Of(run, path));
            using var written = await server.Http.PostAsync(new Uri($"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run}&path={path}", UriKind.Relative), new StringContent("y"));
            Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (read.StatusCode, written.StatusCode));
        }

        Assert.Equal("x", await File.ReadAllTextAsync(Path.Combine(elsewhere.Path, "secret")));
    }

    [Fact]
    public async Task A_root_that_a_client_named_is_not_touched()
    {
        using var root = new TempFolder();
        using var elsewhere = new TempFolder();
        await using var server = await StartAsync(root);
        var (run, folder) = await RunAsync(server, elsewhere);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "a.txt"), "x");
        using var read = await server.Http.GetAsync(Of(run, "a.txt"));
        Assert.Equal(HttpStatusCode.NotImplemented, read.StatusCode);
        Assert.Equal(501, (await server.RefusedAsync(HttpMethod.Get, $"/artifacts/list?run_id={run}")).Status);
    }

    [Fact]
    public async Task Naming_anothers_folder_gives_nothing_of_it()
    {
        using var root = new TempFolder();
        await using var server = await StartAsync(root);
        var (_, folder) = await RunAsync(server, root);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "secret"), "x");
        var (spy, _) = await RunAsync(server, new Uri(folder).AbsoluteUri, "spy");
        Assert.False((await server.GetAsync($"/artifacts/list?run_id={spy}")).TryGetProperty("files", out _));
        using var read = await server.Http.GetAsync(Of(spy, "secret"));
        Assert.Equal(HttpStatusCode.NotFound, read.StatusCode);
    }

    [Fact]
    public async Task Runs_of_the_experiment_that_is_there_from_the_start_are_below_the_root_too()
    {
        using var root = new TempFolder();
        await using var server = await StartAsync(root);
        var info = (await server.PostAsync("/runs/create", new { experiment_id = "0" })).GetProperty("run").GetProperty("info");
        Assert.Equal($"{new Uri(root.Path).AbsoluteUri}/0/{info.GetProperty("run_id").GetString()}/artifacts", info.GetProperty("artifact_uri").GetString());
    }

    private static Task<MlflowServer> StartAsync(TempFolder root) =>
        MlflowServer.StartAsync(services => services.Configure<LedgerOptions>(options => options.ArtifactRoot = new Uri(root.Path).AbsoluteUri));

    private static async Task<(string Run, string Folder)> RunAsync(MlflowServer server, TempFolder root) => await RunAsync(server, $"{new Uri(root.Path).AbsoluteUri}/x", "x");

    private static async Task<(string Run, string Folder)> RunAsync(MlflowServer server, string location, string experiment)
    {
        var id = (await server.PostAsync("/experiments/create", new { name = experiment, artifact_location = location })).GetProperty("experiment_id").GetString()!;
        var info = (await server.PostAsync("/runs/create", new { experiment_id = id })).GetProperty("run").GetProperty("info");
        return (info.GetProperty("run_id").GetString()!, new Uri(info.GetProperty("artifact_uri").GetString()!).LocalPath);
    }

    private static Uri Of(string run, string path) => new($"/get-artifact?run_id={run}&path={path}", UriKind.Relative);
}
