using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Server;
using Orrery.Server.Access;
using Xunit;

namespace Orrery.Hosts.Tests.Server;

public sealed class AccessTests
{
    [Fact]
    public async Task Every_route_says_who_may_call_it()
    {
        await using var server = await TestServer.StartAsync();
        Assert.Empty(((IEndpointRouteBuilder)server.App).ClosedRoutes());
    }

    [Fact]
    public async Task A_route_that_says_nothing_is_found_and_closed()
    {
        await using var server = await TestServer.StartAsync(map: routes => routes.MapGet("/forgotten", () => "secret"));
        Assert.Equal(["/forgotten"], ((IEndpointRouteBuilder)server.App).ClosedRoutes());
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.GetAsync("/forgotten")).StatusCode);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("192.0.2.1")]
    public void Beyond_loopback_it_does_not_start_without_tokens(string address)
    {
        var refusal = Assert.Throws<InvalidException>(() => OrreryServer.Build(new ServerOptions { Address = address }));
        Assert.Contains("--require-tokens", refusal.Message);
    }

    [Fact]
    public async Task With_tokens_a_stranger_reads_nothing()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        var response = await server.Http.GetAsync("/api/v1/me");
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.SendAsync(Bearer(HttpMethod.Get, "/api/v1/me", "orr_0000"))).StatusCode);
    }

    [Fact]
    public async Task A_token_gives_its_role_and_no_more_until_it_is_revoked()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        var admin = Caller.System("test");
        var store = server.Get<TokenStore>();
        var viewer = await store.CreateAsync(admin, "reader", Role.Viewer, default);

        var me = await (await server.Http.SendAsync(Bearer(HttpMethod.Get, "/api/v1/me", viewer.Secret))).Content.ReadFromJsonAsync<Dictionary<string, string>>();
        Assert.Equal("token:reader", me!["actor"]);
        Assert.Equal(HttpStatusCode.Forbidden, (await server.Http.SendAsync(Bearer(HttpMethod.Get, "/api/v1/tokens", viewer.Secret))).StatusCode);

        await store.RevokeAsync(admin, "reader", default);
        Assert.Equal(HttpStatusCode.Unauthorized, (await server.Http.SendAsync(Bearer(HttpMethod.Get, "/api/v1/me", viewer.Secret))).StatusCode);
    }

    [Fact]
    public async Task A_token_with_scopes_sees_its_documents_over_the_wire_and_nothing_else()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        var admin = Caller.System("test");
        var store = server.Get<TokenStore>();
        var editor = (await store.CreateAsync(admin, "writer", Role.Editor, default)).Secret;
        var sales = (await store.CreateAsync(admin, "sales", Role.Viewer, [new("docs", ScopeAccess.Read, "acl", ["sales"])], default)).Secret;
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "/collections/docs", editor, """{"vectors":{"size":1,"distance":"Dot"}}""")).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(HttpMethod.Put, "/collections/docs/points", editor, """{"points":[{"id":1,"vector":[1],"payload":{"acl":["sales"]}},{"id":2,"vector":[2],"payload":{"acl":["hr"]}}]}""")).Status);

        var (_, found) = await SendAsync(HttpMethod.Post, "/collections/docs/points/query", sales, """{"query":[1]}""");
        Assert.Contains("\"id\":1", found, StringComparison.Ordinal);
        Assert.DoesNotContain("\"id\":2", found, StringComparison.Ordinal);
        Assert.Equal((HttpStatusCode.Forbidden, true), Refusal(await SendAsync(HttpMethod.Put, "/collections/docs/points", sales, """{"points":[]}""")));
        Assert.Equal((HttpStatusCode.Unauthorized, true), Refusal(await SendAsync(HttpMethod.Get, "/collections", "orr_none")));
        Assert.Equal((HttpStatusCode.Forbidden, false), Refusal(await SendAsync(HttpMethod.Get, "/api/v1/runs", sales)));
        await Assert.ThrowsAsync<InvalidException>(() => store.CreateAsync(admin, "half", Role.Viewer, [new("docs", ScopeAccess.Read, "acl")], default));

        // In the shape of the wire: {"status": {"error": …}}.
        static (HttpStatusCode, bool) Refusal((HttpStatusCode Status, string Body) answer) => (answer.Status, answer.Body.StartsWith("{\"status\":{\"error\":", StringComparison.Ordinal));

        async Task<(HttpStatusCode Status, string Body)> SendAsync(HttpMethod method, string path, string secret, string? body = null)
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, System.Text.Encoding.UTF8, "application/json") };
            request.Headers.Add("api-key", secret);
            using var response = await server.Http.SendAsync(request);
            return (response.StatusCode, await response.Content.ReadAsStringAsync());
        }
    }

    [Fact]
    public async Task The_secret_of_a_token_is_nowhere_in_the_data_folder()
    {
        await using var server = await TestServer.StartAsync();
        var token = await server.Get<TokenStore>().CreateAsync(Caller.System("test"), "ci", Role.Editor, default);
        var secret = System.Text.Encoding.UTF8.GetBytes(token.Secret);
        var folder = server.Get<Platform.Hosting.DataFolder>().Path;
        foreach (var path in Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => new FileInfo(path).Length > 0))
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var content = new MemoryStream();
            await file.CopyToAsync(content);
            Assert.False(content.ToArray().AsSpan().IndexOf(secret) >= 0, path);
        }
    }

    [Fact]
    public async Task Nobody_makes_a_token_above_their_own_role()
    {
        await using var server = await TestServer.StartAsync();
        var refusal = await Assert.ThrowsAsync<OrreryException>(
            () => server.Get<TokenStore>().CreateAsync(new(Caller.DefaultWorkspace, "user:eve", Role.Editor), "root", Role.Admin, default));
        Assert.Equal(ErrorCode.Forbidden, refusal.Code);
    }

    [Theory]
    [InlineData("Host", "evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Host", "localhost", HttpStatusCode.OK)]
    [InlineData("Origin", "https://evil.example", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "null", HttpStatusCode.Forbidden)]
    [InlineData("Origin", "http://127.0.0.1:5080", HttpStatusCode.OK)]
    public async Task Without_tokens_it_answers_only_what_this_machine_asks(string header, string value, HttpStatusCode expected)
    {
        await using var server = await TestServer.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/me");
        request.Headers.TryAddWithoutValidation(header, value);
        Assert.Equal(expected, (await server.Http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task With_tokens_it_answers_to_any_name()
    {
        await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
        using var request = new HttpRequestMessage(HttpMethod.Get, "/healthz") { Headers = { Host = "orrery.example.org" } };
        Assert.Equal(HttpStatusCode.OK, (await server.Http.SendAsync(request)).StatusCode);
    }

    private static HttpRequestMessage Bearer(HttpMethod method, string path, string secret) =>
        new(method, path) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", secret) } };
}
