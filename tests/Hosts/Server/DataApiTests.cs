using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Xunit;

namespace Orrery.Hosts.Tests.Server;

public sealed class DataApiTests
{
    [Fact]
    public async Task A_file_is_ingested_looked_at_and_downloaded_over_the_wire()
    {
        await using var server = await TestServer.StartAsync();
        await DeclareAsync(server);

        var result = await (await PostAsync(server, "sources/s/ingest?fileName=a.csv", "a,b\n1,x\n2,y\nz,z\n")).Content.ReadFromJsonAsync<JsonElement>();
        var again = await (await PostAsync(server, "sources/s/ingest", "a,b\n1,x\n2,y\nz,z\n")).Content.ReadFromJsonAsync<JsonElement>();
        var quarantine = await GetAsync(server, $"runs/{result.GetProperty("run").GetString()}/quarantine");
        var rows = await GetAsync(server, "datasets/d/versions/1/rows?limit=1");
        var profile = await GetAsync(server, "datasets/d/versions/1/profile");
        var download = await server.Http.GetByteArrayAsync("/api/v1/datasets/d/versions/1/download");
        var suite = await (await PostAsync(server, "datasets/d/versions/1/infer-suite?format=yaml", "")).Content.ReadAsStringAsync();

        Assert.Equal(("ingested", 2, 1), (result.GetProperty("outcome").GetString(), result.GetProperty("rowsAdded").GetInt32(), result.GetProperty("rowsQuarantined").GetInt32()));
        Assert.Equal("alreadyIngested", again.GetProperty("outcome").GetString());
        Assert.Equal(("wrongType", 4), (quarantine.GetProperty("items")[0].GetProperty("reason").GetString(), quarantine.GetProperty("items")[0].GetProperty("line").GetInt32()));
        Assert.Equal("[[1,\"x\"]]", rows.GetProperty("rows").GetRawText());
        Assert.Equal("1", rows.GetProperty("next").GetString());
        Assert.Equal(2, profile.GetProperty("rows").GetInt32());
        Assert.Equal("PAR1", Encoding.ASCII.GetString(download[..4]));
        Assert.StartsWith("kind: ExpectationSuite", suite);
    }

    [Fact]
    public async Task A_refused_file_is_a_problem_that_names_lines_and_run()
    {
        await using var server = await TestServer.StartAsync();
        await DeclareAsync(server);

        var response = await PostAsync(server, "sources/s/ingest", "a,b\nx,1\ny,2\n");
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();

        Assert.Equal((HttpStatusCode.BadRequest, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType!.MediaType));
        Assert.Equal("A value of type int64 was expected.", problem.GetProperty("errors").GetProperty("line 2, a").GetString());
        Assert.Equal("refused", problem.GetProperty("result").GetProperty("outcome").GetString());
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/api/v1/datasets/d/versions/1/rows")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await PostAsync(server, "sources/nothing/ingest", "a\n1\n")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync("/api/v1/runs/nothing/quarantine")).StatusCode);
    }

    [Fact]
    public async Task A_dataset_version_is_validated_over_the_wire()
    {
        await using var server = await TestServer.StartAsync();
        await DeclareAsync(server);
        await PostAsync(server, "sources/s/ingest", "a,b\n1,x\n20,y\n");

        var response = await server.Http.PostAsJsonAsync("/api/v1/datasets/d/versions/1/validate", new { suite = "suite" });
        var validation = await response.Content.ReadFromJsonAsync<JsonElement>();

        var result = validation.GetProperty("report").GetProperty("results")[0];
        Assert.Equal((false, 1, 2), (result.GetProperty("passed").GetBoolean(), result.GetProperty("failingRows").GetInt32(), result.GetProperty("sample")[0].GetProperty("row").GetInt32()));
    }

    private static async Task DeclareAsync(TestServer server)
    {
        const string Yaml = """
            kind: Source
            name: s
            spec:
              dataset: d
              maxBadShare: 0.5
              columns: {a: {type: int64}, b: {type: text}}
            ---
            kind: ExpectationSuite
            name: suite
            spec: {dataset: d, expectations: [{column: a, between: [0, 10]}]}
            """;
        using var content = new StringContent(Yaml, Encoding.UTF8, "application/yaml");
        (await server.Http.PostAsync("/api/v1/resources/apply", content)).EnsureSuccessStatusCode();
    }

    private static async Task<HttpResponseMessage> PostAsync(TestServer server, string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "text/csv");
        return await server.Http.PostAsync($"/api/v1/{path}", content);
    }

    private static async Task<JsonElement> GetAsync(TestServer server, string path) =>
        await server.Http.GetFromJsonAsync<JsonElement>($"/api/v1/{path}");

    [Fact]
    public async Task A_wrong_method_or_media_type_is_named_as_such_and_a_body_without_a_type_is_taken()
    {
        await using var server = await TestServer.StartAsync();
        using var untyped = new ByteArrayContent([1]);
        using var wrong = new StringContent("x", new System.Net.Http.Headers.MediaTypeHeaderValue("application/json"));
        var uploads = new Uri("/api/v1/uploads", UriKind.Relative);
        Assert.Equal(HttpStatusCode.OK, (await server.Http.PostAsync(uploads, untyped)).StatusCode);
        Assert.Equal(HttpStatusCode.UnsupportedMediaType, (await server.Http.PostAsync(uploads, wrong)).StatusCode);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, (await server.Http.DeleteAsync(uploads)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Http.GetAsync(new Uri("/nowhere", UriKind.Relative))).StatusCode);
    }
}
