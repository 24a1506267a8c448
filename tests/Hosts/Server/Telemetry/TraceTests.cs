using System.Text;
using Orrery.Platform.Access;
using Orrery.Server.Access;
using Xunit;

namespace Orrery.Hosts.Tests.Server.Telemetry;

/// <summary>The environment is the whole process's: no other server starts meanwhile.</summary>
[CollectionDefinition(nameof(Alone), DisableParallelization = true)]
public sealed class Alone;

[Collection(nameof(Alone))]
public sealed class TraceTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT", Protocol = "OTEL_EXPORTER_OTLP_PROTOCOL";

    [Fact]
    public async Task A_request_is_traced_to_where_the_environment_says_without_its_secrets()
    {
        await using var collector = await OtlpReceiver.StartAsync();
        string secret;
        using (new EnvironmentVariable(Endpoint, collector.Address.ToString()))
        using (new EnvironmentVariable(Protocol, "http/protobuf"))
        {
            await using var server = await TestServer.StartAsync(options => options with { RequireTokens = true });
            secret = (await server.Get<TokenStore>().CreateAsync(Caller.System("test"), "reader", Role.Viewer, default)).Secret;
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/v1/endpoints/flights?token={secret}&note=between-us");
            request.Headers.Authorization = new("Bearer", secret);
            request.Headers.Add("Cookie", $"{TokenSignIn.Cookie}={secret}");
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await server.Http.SendAsync(request)).StatusCode);
            await server.Http.GetAsync("/nowhere");
            // What is still in its buffer a server sends when it stops.
        }

        var span = Assert.Single(collector.Spans, span => span.Name == "GET /api/v1/endpoints/{name}");
        Assert.Equal("orrery", span.Service);
        Assert.Equal("GET", span.Attributes["http.request.method"]);
        Assert.Equal("/api/v1/endpoints/{name}", span.Attributes["http.route"]);
        Assert.Equal("/api/v1/endpoints/flights", span.Attributes["url.path"]);
        Assert.Equal("404", span.Attributes["http.response.status_code"]);
        Assert.DoesNotContain("url.query", span.Attributes.Keys);
        // A path that nobody declared is no name: every one would be a series of its own.
        Assert.Contains(collector.Spans, span => span.Name == "GET" && span.Attributes["url.path"] == "/nowhere");
        foreach (var hidden in (string[])[secret, "between-us"])
            Assert.All(collector.Bodies, body => Assert.True(body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(hidden)) < 0, $"'{hidden}' was sent to the collector"));
    }

    private sealed class EnvironmentVariable : IDisposable
    {
        private readonly string _name;
        private readonly string? _before;

        public EnvironmentVariable(string name, string value)
        {
            (_name, _before) = (name, Environment.GetEnvironmentVariable(name));
            Environment.SetEnvironmentVariable(name, value);
        }

        public void Dispose() => Environment.SetEnvironmentVariable(_name, _before);
    }
}
