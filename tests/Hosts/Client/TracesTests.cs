using System.Net;
using System.Net.Http.Json;
using Orrery.Hosts.Tests.Server;
using Orrery.Kernel;
using Xunit;

namespace Orrery.Hosts.Tests.Client;

/// <summary>Traces by the native API, as the client and <c>orrery trace</c> read them.</summary>
public sealed class TracesTests
{
    private const string Id = "5b8efff798038103d269b633813fc60c";

    [Fact]
    public async Task A_trace_is_listed_shown_as_a_tree_and_deleted()
    {
        await using var server = await TestServer.StartAsync();
        await SendAsync(server, Span(1, null, "answer", 0, 40, 0), Span(3, 1, "ask", 10, 30, 2), Span(2, 1, "look up", 5, 8, 0));

        var listed = Assert.Single((await server.Client.Traces.ListAsync(filter: "span.status = 'ERROR'")).Items);
        Assert.Equal(("tr-" + Id, "answer", 3, 40.0), (listed.Id, listed.Name, listed.Spans, listed.Milliseconds));
        Assert.Empty((await server.Client.Traces.ListAsync(filter: "name = 'other'")).Items);

        var shown = await server.Client.Traces.GetAsync(Id);
        Assert.Equal(
            [("answer", 0, 0.0, 40.0, "unset"), ("look up", 1, 5.0, 3.0, "unset"), ("ask", 1, 10.0, 20.0, "error")],
            shown.Spans.Select(span => (span.Name, span.Depth, span.Offset, span.Milliseconds ?? -1, span.Status)));
        Assert.Equal("gpt", shown.Spans[0].Attributes["gen_ai.request.model"].GetString());

        using var deleted = await server.Http.DeleteAsync(new Uri($"api/v1/traces/{Id}", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        await Assert.ThrowsAsync<NotFoundException>(() => server.Client.Traces.GetAsync(Id));
    }

    [Theory]
    [InlineData("api/v1/traces?folder=nowhere", HttpStatusCode.NotFound)]
    [InlineData("api/v1/traces?filter=status%20%3D", HttpStatusCode.BadRequest)]
    [InlineData("api/v1/traces?limit=0", HttpStatusCode.BadRequest)]
    [InlineData("api/v1/traces/tr-none", HttpStatusCode.NotFound)]
    public async Task What_cannot_be_is_refused(string path, HttpStatusCode status)
    {
        await using var server = await TestServer.StartAsync();
        using var answer = await server.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(status, answer.StatusCode);
    }

    private static async Task SendAsync(TestServer server, params object[] spans)
    {
        using var answer = await server.Http.PostAsJsonAsync(
            "v1/traces", new { resourceSpans = new[] { new { scopeSpans = new[] { new { spans } } } } }, TestContext.Current.CancellationToken);
        answer.EnsureSuccessStatusCode();
    }

    private static object Span(int id, int? parent, string name, long startMs, long endMs, int status) => new
    {
        traceId = Id,
        spanId = id.ToString("x16", System.Globalization.CultureInfo.InvariantCulture),
        parentSpanId = parent?.ToString("x16", System.Globalization.CultureInfo.InvariantCulture) ?? "",
        name,
        startTimeUnixNano = ((1_767_268_800_000 + startMs) * 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture),
        endTimeUnixNano = ((1_767_268_800_000 + endMs) * 1_000_000).ToString(System.Globalization.CultureInfo.InvariantCulture),
        status = new { code = status },
        attributes = new[] { new { key = "gen_ai.request.model", value = new { stringValue = "gpt" } } },
    };
}
