using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text.Json;
using Orrery.Ledger.Artifacts;
using Orrery.Ledger.Runs;
using Xunit;

namespace Orrery.Protocols.Tests.Mlflow.Artifacts;

public sealed class ArtifactTests
{
    private const string Proxy = "/api/2.0/mlflow-artifacts";

    [Fact]
    public async Task A_file_comes_back_as_it_was_and_is_saved_never_shown()
    {
        await using var server = await MlflowServer.StartAsync();
        await PutAsync(server, "dir/page.html", "<script>alert(1)</script>");
        using var response = await server.Http.GetAsync($"{Proxy}/artifacts/dir/page.html");

        Assert.Equal("<script>alert(1)</script>", await response.Content.ReadAsStringAsync());
        Assert.Equal(("attachment", "nosniff"), (response.Content.Headers.ContentDisposition!.DispositionType, response.Headers.GetValues("X-Content-Type-Options").Single()));
        Assert.Equal("""{"files":[{"path":"page.html","is_dir":false,"file_size":25}]}""", await server.Http.GetStringAsync($"{Proxy}/artifacts?path=dir"));
        Assert.Equal("""{"files":[{"path":"dir","is_dir":true}]}""", await server.Http.GetStringAsync($"{Proxy}/artifacts"));
        Assert.Equal(HttpStatusCode.OK, (await server.Http.DeleteAsync($"{Proxy}/artifacts/dir")).StatusCode);
        Assert.Equal("{}", await server.Http.GetStringAsync($"{Proxy}/artifacts"));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync($"{Proxy}/artifacts/dir/page.html")).StatusCode);
    }

    [Theory]
    [InlineData("a.txt", "text/plain")]
    [InlineData("x.json", "text/plain")]
    [InlineData("MLmodel", "text/plain")]
    [InlineData("m.pkl", "application/octet-stream")]
    [InlineData("c.png", "image/png")]
    [InlineData("noextension", "application/octet-stream")]
    public async Task The_name_says_what_a_file_is_whatever_the_client_says(string name, string type)
    {
        await using var server = await MlflowServer.StartAsync();
        using var content = new ByteArrayContent([1]) { Headers = { ContentType = new("text/html") } };
        (await server.Http.PutAsync($"{Proxy}/artifacts/{name}", content)).EnsureSuccessStatusCode();
        using var response = await server.Http.GetAsync($"{Proxy}/artifacts/{name}");
        Assert.Equal(type, response.Content.Headers.ContentType!.ToString());
    }

    [Fact]
    public async Task A_part_of_a_file_is_sent_where_a_part_is_asked_for()
    {
        await using var server = await MlflowServer.StartAsync();
        await PutAsync(server, "a.txt", "0123456789");
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{Proxy}/artifacts/a.txt") { Headers = { Range = new RangeHeaderValue(2, 4) } };
        using var response = await server.Http.SendAsync(request);
        Assert.Equal((HttpStatusCode.PartialContent, "234"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Fact]
    public async Task Artifacts_of_a_run_are_found_by_the_run_too()
    {
        await using var server = await MlflowServer.StartAsync();
        var run = await server.Get<IRuns>().StartAsync(MlflowServer.Admin, new("run", "training"));
        await PutAsync(server, $"{run.ArtifactUri["mlflow-artifacts:/".Length..]}/plots/dog%25step%25100.txt", "x");

        var listed = await server.GetAsync($"/artifacts/list?run_id={run.Id}&path=plots");
        Assert.Equal(run.ArtifactUri, listed.GetProperty("root_uri").GetString());
        Assert.Equal("plots/dog%step%100.txt", Assert.Single(listed.GetProperty("files").EnumerateArray()).GetProperty("path").GetString());
        Assert.Equal("x", await server.Http.GetStringAsync($"/get-artifact?run_id={run.Id}&path={Uri.EscapeDataString("plots/dog%step%100.txt")}"));
        Assert.Equal("plots/dog%step%100.txt", Assert.Single(await server.Get<IRuns>().ArtifactsAsync(MlflowServer.Admin, run.Id)).Path);
        using var uploaded = await server.Http.PostAsync($"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run.Id}&path=notes/a.txt", new StringContent("note"));
        Assert.Equal(HttpStatusCode.OK, uploaded.StatusCode);
        Assert.Equal("note", await server.Http.GetStringAsync($"/get-artifact?run_uuid={run.Id}&path=notes/a.txt"));
        using var empty = await server.Http.PostAsync($"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run.Id}&path=notes/b.txt", new ByteArrayContent([]));
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
    }

    public static TheoryData<string> Traversals =>
    [
        "..", "../x", "a/../../x", "%2e%2e/x", "..%2fx", "a%2f..%2f..%2fx", "%252e%252e%252fx", "%25252e%25252e/x", "/etc/passwd", "%2fetc%2fpasswd", "%252fetc",
        "a%5c..%5c..%5cx", "..%5cx", "a%255c..", "C:/windows", "c:x", "C%3a%5cwindows", "%5c%5cserver%5cshare", "a%00b", "a%2500b", "a//b", "./a", "a/./b", "a%0ab", "a%23b",
    ];

    [Theory]
    [MemberData(nameof(Traversals))]
    public async Task A_path_that_leads_elsewhere_is_refused_on_every_route(string path)
    {
        await using var server = await MlflowServer.StartAsync();
        var run = await server.Get<IRuns>().StartAsync(MlflowServer.Admin, new("run", "training"));
        await PutAsync(server, "x", "secret");
        var body = JsonSerializer.Serialize(new { path = "x", num_parts = 1, upload_id = "u", parts = Array.Empty<object>() });
        var attempts = new List<(string Method, string Target)>
        {
            ("GET", $"{Proxy}/artifacts/{path}"), ("PUT", $"{Proxy}/artifacts/{path}"), ("DELETE", $"{Proxy}/artifacts/{path}"), ("GET", $"{Proxy}/artifacts?path={path}"),
            ("PUT", $"{Proxy}/artifacts/0/{run.Id}/artifacts/{path}"), ("GET", $"{Proxy}/artifacts/0/{run.Id}/artifacts/{path}"),
            ("POST", $"{Proxy}/mpu/create/{path}"), ("POST", $"{Proxy}/mpu/complete/{path}"), ("POST", $"{Proxy}/mpu/abort/{path}"),
            ("GET", $"/api/2.0/mlflow/artifacts/list?run_id={run.Id}&path={path}"), ("GET", $"/get-artifact?run_id={run.Id}&path={path}"),
            ("GET", $"/model-versions/get-artifact?name=m&version=1&path={path}"), ("POST", $"/ajax-api/2.0/mlflow/upload-artifact?run_uuid={run.Id}&path={path}"),
        };
        foreach (var (method, target) in attempts)
        {
            var (status, answer) = await server.RawAsync(method, target, method is "PUT" or "POST" ? body : "");
            Assert.True(status is >= 400 and < 500, $"{method} {target} answered {status}: {answer}");
            Assert.DoesNotContain("secret", answer);
        }

        Assert.Equal(["x"], (await server.Get<IArtifactTree>().ListAsync(MlflowServer.Admin, "")).Select(entry => entry.Name));
        Assert.Empty(await server.Get<IRuns>().ArtifactsAsync(MlflowServer.Admin, run.Id));
    }

    [Fact]
    public async Task A_file_in_parts_is_joined_in_their_order_and_unseen_before()
    {
        await using var server = await MlflowServer.StartAsync();
        var parts = Enumerable.Range(0, 3).Select(_ => RandomNumberGenerator.GetBytes(100_000)).ToArray();
        var begun = await JsonAsync(server, "create", new { path = "/home/ada/big.bin", num_parts = 3 });
        var upload = begun.GetProperty("upload_id").GetString();
        var tags = new string[3];
        foreach (var (credential, i) in begun.GetProperty("credentials").EnumerateArray().Select((credential, i) => (credential, i)).Reverse())
        {
            using var response = await server.Http.PutAsync(credential.GetProperty("url").GetString(), new ByteArrayContent(parts[i]));
            tags[i] = response.Headers.ETag!.Tag;
        }

        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync($"{Proxy}/artifacts/dir/big.bin")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await CompleteAsync(server, upload, [tags[0], tags[2], tags[1]])).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await CompleteAsync(server, upload, tags)).StatusCode);
        Assert.Equal(parts.SelectMany(part => part), await server.Http.GetByteArrayAsync($"{Proxy}/artifacts/dir/big.bin"));
        Assert.Equal(HttpStatusCode.NotFound, (await CompleteAsync(server, upload, tags)).StatusCode);
    }

    [Fact]
    public async Task An_upload_that_was_aborted_takes_nothing_more()
    {
        await using var server = await MlflowServer.StartAsync();
        var begun = await JsonAsync(server, "create", new { path = "big.bin", num_parts = 2 });
        var url = begun.GetProperty("credentials")[0].GetProperty("url").GetString();
        await JsonAsync(server, "abort", new { path = "big.bin", upload_id = begun.GetProperty("upload_id").GetString() });
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.PutAsync(url, new ByteArrayContent([1]))).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await server.Http.PostAsJsonAsync($"{Proxy}/mpu/create/dir", new { path = "big.bin", num_parts = 100_000 })).StatusCode);
    }

    [Fact]
    public async Task An_upload_that_breaks_off_leaves_nothing()
    {
        await using var server = await MlflowServer.StartAsync();
        using var tcp = new System.Net.Sockets.TcpClient();
        await tcp.ConnectAsync(server.Address.Host, server.Address.Port);
        await tcp.GetStream().WriteAsync(System.Text.Encoding.ASCII.GetBytes($"PUT {Proxy}/artifacts/half.bin HTTP/1.1\r\nHost: {server.Address.Authority}\r\nContent-Length: 1000\r\n\r\n12345"));
        tcp.Client.LingerState = new(true, 0);
        tcp.Close();
        Assert.Equal("{}", await server.Http.GetStringAsync($"{Proxy}/artifacts"));
    }

    [Fact]
    public async Task A_viewer_reads_and_does_not_write()
    {
        await using var server = await MlflowServer.StartAsync();
        await PutAsync(server, "a.txt", "a");
        server.Http.DefaultRequestHeaders.Add("role", "Viewer");
        Assert.Equal("a", await server.Http.GetStringAsync($"{Proxy}/artifacts/a.txt"));
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.PutAsync($"{Proxy}/artifacts/b.txt", new StringContent("b"))).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.DeleteAsync($"{Proxy}/artifacts/a.txt")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.PostAsJsonAsync($"{Proxy}/mpu/create/dir", new { path = "b", num_parts = 1 })).StatusCode);
    }

    private static async Task PutAsync(MlflowServer server, string path, string content)
    {
        using var response = await server.Http.PutAsync($"{Proxy}/artifacts/{path}", new StringContent(content));
        response.EnsureSuccessStatusCode();
    }

    private static async Task<JsonElement> JsonAsync(MlflowServer server, string what, object body)
    {
        using var response = await server.Http.PostAsJsonAsync($"{Proxy}/mpu/{what}/dir", body);
        response.EnsureSuccessStatusCode();
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static Task<HttpResponseMessage> CompleteAsync(MlflowServer server, string? upload, IReadOnlyList<string> tags) => server.Http.PostAsJsonAsync(
        $"{Proxy}/mpu/complete/dir", new { path = "big.bin", upload_id = upload, parts = tags.Select((etag, i) => new { part_number = i + 1, etag }) });
}
