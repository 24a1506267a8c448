using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Xunit;

namespace Orrery.Hosts.Tests.Server;

public sealed class HealthTests
{
    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    [InlineData("/metrics")]
    [InlineData("/api/")]
    [InlineData("/api/v1/version")]
    public async Task It_answers(string path)
    {
        await using var server = await TestServer.StartAsync();
        Assert.Equal(HttpStatusCode.OK, (await server.Http.GetAsync(path)).StatusCode);
    }

    [Fact]
    public async Task A_browser_gets_pages_and_a_client_gets_json_at_the_root()
    {
        await using var server = await TestServer.StartAsync();
        using var browser = new HttpRequestMessage(HttpMethod.Get, "/") { Headers = { { "Accept", "text/html,*/*" } } };
        Assert.Equal("text/html", (await server.Http.SendAsync(browser)).Content.Headers.ContentType!.MediaType);
        var info = await server.Http.GetFromJsonAsync<JsonElement>("/");
        Assert.Equal("orrery", info.GetProperty("name").GetString());
    }

    [Fact]
    public async Task A_refusal_is_a_problem_document_that_says_what_to_do()
    {
        await using var server = await TestServer.StartAsync();
        var response = await server.Http.GetAsync("/api/v1/assets/model/nothing/versions/1");
        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("nothing", (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("detail").GetString());
    }
}
