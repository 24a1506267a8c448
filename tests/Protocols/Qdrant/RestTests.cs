using System.Net;
using System.Text;
using Xunit;

namespace Orrery.Protocols.Tests.Qdrant;

/// <summary>What a client of Qdrant sends and reads.</summary>
public sealed class RestTests
{
    [Fact]
    public async Task A_client_creates_a_collection_writes_searches_scrolls_and_deletes()
    {
        await using var server = await StartAsync();
        var written = await server.DoAsync("PUT", "/collections/c/points?wait=true", """
            {"points":[{"id":1,"vector":[1,0],"payload":{"city":"Oslo","n":1.50}},{"id":2,"vector":[0,1],"payload":{"city":["Rome","Oslo"]}},
                       {"id":"5c56c793-69f3-4fbf-87e6-c4bf54c28c26","vector":[0.7,0.7]}]}
            """);
        Assert.Equal("""{"operation_id":1,"status":"completed"}""", written.ToJsonString());

        var found = await server.DoAsync("POST", "/collections/c/points/query", """{"query":[0.9,0.1],"limit":5,"with_payload":true,"filter":{"must":[{"key":"city","match":{"value":"Oslo"}}]}}""");
        Assert.Equal([1, 2], found["points"]!.AsArray().Select(point => point!["id"]!.GetValue<int>()));
        Assert.Contains("\"n\":1.50", found["points"]![0]!.ToJsonString());

        var older = await server.DoAsync("POST", "/collections/c/points/search", """{"vector":[0,1],"limit":1,"with_vector":true}""");
        Assert.Equal("[0,1]", older[0]!["vector"]!.ToJsonString().Replace(".0", "", StringComparison.Ordinal));

        var page = await server.DoAsync("POST", "/collections/c/points/scroll", """{"limit":2,"with_payload":false}""");
        Assert.Equal("""{"points":[{"id":1},{"id":2}],"next_page_offset":"5c56c793-69f3-4fbf-87e6-c4bf54c28c26"}""", page.ToJsonString());

        await server.DoAsync("POST", "/collections/c/points/delete?wait=true", """{"filter":{"must":[{"has_id":[1,2]}]}}""");
        Assert.Equal("""{"count":1}""", (await server.DoAsync("POST", "/collections/c/points/count", "{}")).ToJsonString());
        Assert.Equal("true", (await server.DoAsync("DELETE", "/collections/c")).ToJsonString());
        Assert.Equal("false", (await server.DoAsync("DELETE", "/collections/c")).ToJsonString());
    }

    [Theory]
    [InlineData("PUT", "/collections/c/points", """{"points":[{"id":1,"vector":[1,2,3]}]}""", 400, "Wrong input: Vector dimension error: expected dim: 2, got 3")]
    [InlineData("PUT", "/collections/c/points", """{"points":[{"id":1,"vector":[1e999,2]}]}""", 400, "finite")]
    [InlineData("PUT", "/collections/c/points", """{"points":[{"id":1,"vector":[0,0]}]}""", 400, "no direction")]
    [InlineData("PUT", "/collections/c/points", """{"points":[{"id":-1,"vector":[1,2]}]}""", 400, "is not a valid point ID")]
    [InlineData("PUT", "/collections/c/points", """{"points":[{"id":18446744073709551616,"vector":[1,2]}]}""", 400, "is not a valid point ID")]
    [InlineData("PUT", "/collections/c/points", """{"points":[{"id":1,"vector":{"nobody":[1,2]}}]}""", 400, "Not existing vector name error: nobody")]
    [InlineData("PUT", "/collections/c/points", """{"points":[{"id":1,"vector":["a",2]}]}""", 400, "Format error in JSON body")]
    [InlineData("PUT", "/collections/c/points", """{"points":[{"id":1,"vector":[1,2],"payload":[]}]}""", 400, "payload")]
    [InlineData("PUT", "/collections/c/points", """{"points":""", 400, "Format error in JSON body")]
    [InlineData("PUT", "/collections/c/points", "[]", 400, "Format error in JSON body")]
    [InlineData("POST", "/collections/c/points/query", """{"query":[1,2],"filter":{"must":[{"key":"a","rage":{"gt":1}}]}}""", 422, "At least one field condition must be specified")]
    [InlineData("POST", "/collections/c/points/query", """{"query":[1,2],"filter":{"most":[]}}""", 400, "unknown field `most`")]
    [InlineData("POST", "/collections/c/points/query", """{"query":[1,2],"limit":0}""", 422, "internal.limit: value 0 invalid, must be 1 or larger")]
    [InlineData("POST", "/collections/c/points/query", """{"query":77}""", 404, "Not found: No point with id 77 found")]
    [InlineData("POST", "/collections/c/points/query", """{"query":{"formula":{"div":{"left":1,"right":"$score"}}},"prefetch":{"query":[1,0]}}""", 400, "divides by zero")]
    [InlineData("POST", "/collections/c/points/query", """{"query":{"model":"somebody/elses","text":"x"}}""", 501, "Not implemented")]
    [InlineData("PUT", "/collections/c/index", """{"field_name":"t","field_schema":{"type":"text","stemmer":{"type":"snowball","language":"german"}}}""", 501, "the stemmer")]
    [InlineData("PUT", "/collections/c/index", """{"field_name":"t","field_schema":{"type":"text","stopwords":"klingon"}}""", 501, "klingon")]
    [InlineData("POST", "/collections/c/points/scroll", """{"filter":{"must":[{"key":"a[","match":{"value":1}}]}}""", 400, "Invalid json path")]
    [InlineData("POST", "/collections/nobody/points/count", "{}", 404, "Not found: Collection `nobody` doesn't exist!")]
    [InlineData("PUT", "/collections/c", """{"vectors":{"size":2,"distance":"Dot"}}""", 409, "Wrong input: Collection `c` already exists!")]
    [InlineData("PUT", "/collections/d", """{"vectors":{"size":0,"distance":"Dot"}}""", 422, "vectors.size")]
    [InlineData("PUT", "/collections/d", """{"vectors":{"size":2,"distance":"Far"}}""", 400, "unknown variant `Far`")]
    [InlineData("PUT", "/collections/a:b", """{"vectors":{"size":2,"distance":"Dot"}}""", 400, "Expected a name")]
    public async Task What_cannot_be_is_refused_with_its_reason_and_never_a_500(string method, string path, string body, int status, string reason)
    {
        await using var server = await StartAsync();
        await server.DoAsync("PUT", "/collections/c/points?wait=true", """{"points":[{"id":5,"vector":[0,1]}]}""");
        var (answered, answer) = await server.SendAsync(method, path, body);
        Assert.Equal((HttpStatusCode)status, answered);
        Assert.Contains(reason, answer["status"]!["error"]!.GetValue<string>());
        Assert.Equal("""{"count":1}""", (await server.DoAsync("POST", "/collections/c/points/count", "{}")).ToJsonString());
    }

    [Fact]
    public async Task Filters_nested_too_deep_are_refused_and_ten_megabytes_of_payload_are_kept()
    {
        await using var server = await StartAsync();
        var deep = new StringBuilder().Insert(0, """{"must":[""", 90).Append("""{"has_id":[1]}""").ToString() + new StringBuilder().Insert(0, "]}", 90);
        var (status, answer) = await server.SendAsync("POST", "/collections/c/points/count", "{\"filter\":" + deep + "}");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("Format error", answer["status"]!["error"]!.GetValue<string>());

        var text = new string('x', 10 << 20);
        await server.DoAsync("PUT", "/collections/c/points?wait=true", """{"points":[{"id":1,"vector":[1,0],"payload":{"t":"?"}}]}""".Replace("?", text, StringComparison.Ordinal));
        var kept = await server.DoAsync("GET", "/collections/c/points/1");
        Assert.Equal(text.Length, kept["payload"]!["t"]!.GetValue<string>().Length);
    }

    [Fact]
    public async Task Operations_of_a_batch_see_those_before_them()
    {
        await using var server = await StartAsync();
        var answer = await server.DoAsync("POST", "/collections/c/points/batch?wait=true", """
            {"operations":[{"upsert":{"points":[{"id":1,"vector":[1,0],"payload":{"a":1}},{"id":2,"vector":[0,1]}]}},
                           {"set_payload":{"payload":{"b":2},"filter":{"must":[{"key":"a","match":{"value":1}}]}}},
                           {"delete_payload":{"keys":["a"],"points":[1]}},{"delete":{"points":[2]}}]}
            """);
        Assert.Equal(4, answer.AsArray().Count);
        var points = await server.DoAsync("POST", "/collections/c/points/scroll", "{}");
        Assert.Equal("""[{"id":1,"payload":{"b":2}}]""", points["points"]!.ToJsonString());
    }

    [Fact]
    public async Task A_query_fuses_what_its_stages_found()
    {
        await using var server = await StartAsync();
        await server.DoAsync("PUT", "/collections/c/points?wait=true", """{"points":[{"id":1,"vector":[1,0]},{"id":2,"vector":[0.8,0.6]},{"id":3,"vector":[0,1]}]}""");
        var fused = await server.DoAsync("POST", "/collections/c/points/query", """{"prefetch":[{"query":[1,0],"limit":2},{"query":[0,1],"limit":2}],"query":{"fusion":"rrf"},"limit":3}""");
        // 2 is second in both: 2/(2+1); the others first in one: 1/2.
        Assert.Equal([2, 1, 3], fused["points"]!.AsArray().Select(point => point!["id"]!.GetValue<int>()));
        Assert.Equal(2f / 3, fused["points"]![0]!["score"]!.GetValue<float>(), 1e-6f);
    }

    [Fact]
    public async Task Stop_words_of_a_text_index_find_nothing()
    {
        await using var server = await StartAsync();
        await server.DoAsync("PUT", "/collections/c/index?wait=true", """{"field_name":"t","field_schema":{"type":"text","stopwords":"english"}}""");
        await server.DoAsync("PUT", "/collections/c/points?wait=true", """{"points":[{"id":1,"vector":[1,0],"payload":{"t":"the end of the star"}},{"id":2,"vector":[1,0],"payload":{"t":"of the sea"}}]}""");
        var found = await server.DoAsync("POST", "/collections/c/points/scroll", """{"filter":{"must":[{"key":"t","match":{"text_any":"robot of the star"}}]}}""");
        Assert.Equal([1], found["points"]!.AsArray().Select(point => point!["id"]!.GetValue<int>()));
    }

    [Fact]
    public async Task What_is_declared_is_read_back()
    {
        await using var server = await StartAsync();
        await server.DoAsync("PUT", "/collections/c/index?wait=true", """{"field_name":"city","field_schema":{"type":"keyword","is_tenant":true}}""");
        await server.DoAsync("PATCH", "/collections/c", """{"hnsw_config":{"m":24},"metadata":{"owner":"ada"}}""");
        var info = await server.DoAsync("GET", "/collections/c");
        Assert.Equal("""{"data_type":"keyword","params":{"type":"keyword","is_tenant":true},"points":0}""", info["payload_schema"]!["city"]!.ToJsonString());
        Assert.Equal(24, info["config"]!["hnsw_config"]!["m"]!.GetValue<int>());
        Assert.Equal("ada", info["config"]!["metadata"]!["owner"]!.GetValue<string>());
        Assert.Equal("green", info["status"]!.GetValue<string>());
    }

    private static async Task<QdrantTestServer> StartAsync()
    {
        var server = await QdrantTestServer.StartAsync();
        await server.DoAsync("PUT", "/collections/c", """{"vectors":{"size":2,"distance":"Cosine"}}""");
        return server;
    }

    [Fact]
    public async Task Texts_are_found_by_their_words_and_fused_with_vectors()
    {
        await using var server = await QdrantTestServer.StartAsync();
        await server.SendAsync("PUT", "/collections/docs", """{"vectors":{"place":{"size":2,"distance":"Dot"}},"sparse_vectors":{"words":{"modifier":"idf"}}}""");
        var (status, _) = await server.SendAsync("PUT", "/collections/docs/points?wait=true", """
            {"points":[
              {"id":1,"vector":{"place":[1,0],"words":{"text":"Wings in supersonic flows","model":"qdrant/bm25"}}},
              {"id":2,"vector":{"place":[0,1],"words":{"text":"The flow over a flat plate","model":"Qdrant/bm25"}}},
              {"id":3,"vector":{"place":[0.9,0.1],"words":{"text":"the and of","model":"qdrant/bm25"}}}]}
            """);
        Assert.Equal(HttpStatusCode.OK, status);

        var (_, found) = await server.SendAsync("POST", "/collections/docs/points/query", """{"query":{"text":"supersonic wing","model":"qdrant/bm25"},"using":"words","limit":5}""");
        Assert.Equal([1], found["result"]!["points"]!.AsArray().Select(point => point!["id"]!.GetValue<int>()));
        var (_, fused) = await server.SendAsync("POST", "/collections/docs/points/query", """
            {"prefetch":[{"query":{"text":"plates in a flow","model":"qdrant/bm25"},"using":"words","limit":5},{"query":[0.2,1],"using":"place","limit":5}],"query":{"fusion":"rrf"},"limit":5}
            """);
        Assert.Equal([2, 1, 3], fused["result"]!["points"]!.AsArray().Select(point => point!["id"]!.GetValue<int>()));
        var (other, answer) = await server.SendAsync("POST", "/collections/docs/points/query", """{"query":{"text":"a","model":"openai/ada"},"using":"words"}""");
        Assert.Equal(HttpStatusCode.NotImplemented, other);
        Assert.Contains("openai/ada", answer["status"]!["error"]!.GetValue<string>(), StringComparison.Ordinal);
    }
}
