using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Orrery.Hosts.Tests.Client;

/// <summary>Answers what a server was written down to answer, in its order, and fails where another request comes than was written down.</summary>
internal sealed class ReplayedServer(params (string Method, string Path, string? Request, string Answer)[] exchanges) : HttpMessageHandler
{
    private readonly Queue<(string Method, string Path, string? Request, string Answer)> _exchanges = new(exchanges);

    /// <summary>What requests were signed with.</summary>
    public HashSet<string> Keys { get; } = [];

    /// <summary>Fails where something was not asked.</summary>
    public void AssertDone() => Assert.Empty(_exchanges);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Assert.True(_exchanges.TryDequeue(out var expected), $"Nothing more was expected, but {request.Method} {request.RequestUri}.");
        Assert.Equal((expected.Method, expected.Path), (request.Method.Method, request.RequestUri!.PathAndQuery));
        var body = request.Content is { } content ? await content.ReadAsStringAsync(cancellationToken) : null;
        if (expected.Request is null)
            Assert.Null(body);
        else
            Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected.Request), JsonNode.Parse(body!)), $"{request.Method} {request.RequestUri} sent {body} in the place of {expected.Request}.");
        foreach (var header in request.Headers.Where(header => header.Key is "Authorization" or "Api-Key" or "x-chroma-token"))
            Keys.Add($"{header.Key}: {header.Value.Single()}");
        return new(HttpStatusCode.OK) { Content = new StringContent(expected.Answer, Encoding.UTF8, "application/json") };
    }
}
