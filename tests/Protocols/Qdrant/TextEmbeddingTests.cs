using System.Net;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Xunit;

namespace Orrery.Protocols.Tests.Qdrant;

/// <summary>Texts in the place of vectors, embedded by a model of the gateway.</summary>
public sealed class TextEmbeddingTests
{
    [Fact]
    public async Task Texts_are_kept_and_found_by_their_vectors()
    {
        var gateway = new LetterCounts();
        await using var server = await QdrantTestServer.StartAsync(gateway);
        await server.DoAsync("PUT", "/collections/docs", """{"vectors":{"size":2,"distance":"Dot"},"sparse_vectors":{"words":{"modifier":"idf"}}}""");
        await server.DoAsync("PUT", "/collections/docs/points?wait=true", """
            {"points":[{"id":1,"vector":{"text":"aaa","model":"letters"},"payload":{"note":{"text":"aa","model":"letters"}}},
                       {"id":2,"vector":{"":{"text":"abbb","model":"letters"},"words":{"text":"a bank","model":"qdrant/bm25"}}},{"id":3,"vector":[9,9]}]}
            """);
        Assert.Equal(["aaa", "abbb"], Assert.Single(gateway.Asked));
        var kept = await server.DoAsync("POST", "/collections/docs/points", """{"ids":[1],"with_vector":true,"with_payload":true}""");
        Assert.Equal([3f, 0f], kept[0]!["vector"]!.AsArray().Select(value => value!.GetValue<float>()));
        // What a payload holds is nobody's vector.
        Assert.Equal("letters", kept[0]!["payload"]!["note"]!["model"]!.ToString());

        var found = await server.DoAsync("POST", "/collections/docs/points/query", """{"query":{"text":"bb","model":"letters"},"filter":{"must_not":[{"has_id":[3]}]},"limit":2}""");
        Assert.Equal([2, 1], found["points"]!.AsArray().Select(point => point!["id"]!.GetValue<int>()));
        var batch = await server.DoAsync("POST", "/collections/docs/points/query/batch", """{"searches":[{"query":{"text":"a","model":"letters"},"limit":1},{"query":{"recommend":{"positive":[{"text":"b","model":"letters"}]}},"limit":1}]}""");
        Assert.Equal(2, batch.AsArray().Count);
        Assert.Equal(["a", "b"], gateway.Asked[^1]);
    }

    [Fact]
    public async Task A_model_that_is_not_there_or_answers_nonsense_is_told()
    {
        await using var server = await QdrantTestServer.StartAsync(new LetterCounts());
        await server.DoAsync("PUT", "/collections/docs", """{"vectors":{"size":2,"distance":"Dot"}}""");
        var (status, body) = await server.SendAsync("POST", "/collections/docs/points/query", """{"query":{"text":"a","model":"none"}}""");
        Assert.Equal(HttpStatusCode.NotFound, status);
        Assert.Contains("'none'", body["status"]!["error"]!.ToString(), StringComparison.Ordinal);
        var (odd, why) = await server.SendAsync("POST", "/collections/docs/points/query", """{"query":{"text":"nonsense","model":"letters"}}""");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, odd);
        Assert.Contains("a vector for each", why["status"]!["error"]!.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A model whose vectors are counts: how many a and how many b a text has.</summary>
    private sealed class LetterCounts : IGateway
    {
        public List<string[]> Asked { get; } = [];

        public Task<IReadOnlyList<RouteSummary>> RoutesAsync(Caller caller, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<RouteSummary>>([]);

        public Task<GatewayReply> AskAsync(Caller caller, GatewayRequest request, CancellationToken cancellationToken)
        {
            if (request.Route != "letters")
                throw new NotFoundException($"There is no model '{request.Route}'.");
            string[] texts = [.. request.Body["input"]!.AsArray().Select(text => text!.ToString())];
            Asked.Add(texts);
            var vectors = texts.Where(text => text != "nonsense").Select(text => (JsonNode)new JsonObject { ["embedding"] = new JsonArray(text.Count(letter => letter == 'a'), text.Count(letter => letter == 'b')) });
            return Task.FromResult(new GatewayReply(new JsonObject { ["data"] = new JsonArray([.. vectors]) }, null, "test"));
        }
    }
}
