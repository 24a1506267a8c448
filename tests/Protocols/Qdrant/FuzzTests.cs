using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Orrery.Protocols.Tests.Qdrant;

/// <summary>Bodies that nobody means: whatever comes, it is answered, or refused with a reason, and never a failure of the server's own.</summary>
public sealed class FuzzTests
{
    private const int Rounds = 12;

    private static readonly (string Method, string Path, string Body)[] Requests =
    [
        ("PUT", "/collections/new", """{"vectors":{"a":{"size":3,"distance":"Dot","hnsw_config":{"m":4}},"b":{"size":2,"distance":"Cosine","multivector_config":{"comparator":"max_sim"}}},"sparse_vectors":{"s":{"modifier":"idf"}},"shard_number":2,"quantization_config":{"scalar":{"type":"int8"}},"strict_mode_config":{"enabled":true,"max_query_limit":5}}"""),
        ("PATCH", "/collections/c", """{"vectors":{"":{"hnsw_config":{"m":8}}},"optimizers_config":{"indexing_threshold":10},"metadata":{"a":[1]}}"""),
        ("PUT", "/collections/c/index", """{"field_name":"text","field_schema":{"type":"text","tokenizer":"word","min_token_len":1,"lowercase":true}}"""),
        ("PUT", "/collections/c/points", """{"points":[{"id":1,"vector":[0.5,1,2],"payload":{"city":"Oslo","n":3,"deep":{"a":[1,null,{"b":"c"}]}}},{"id":"6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11","vector":[1,2,3]}]}"""),
        ("PUT", "/collections/c/points", """{"batch":{"ids":[1,2],"vectors":[[1,2,3],[3,2,1]],"payloads":[{"n":1},null]}}"""),
        ("PUT", "/collections/c/points/vectors", """{"points":[{"id":1,"vector":[1,2,3]}]}"""),
        ("POST", "/collections/c/points/payload", """{"payload":{"x":1},"filter":{"must":[{"key":"n","range":{"gte":1,"lt":9}}]},"key":"deep"}"""),
        ("POST", "/collections/c/points/batch", """{"operations":[{"upsert":{"points":[{"id":3,"vector":[1,1,1]}]}},{"delete_payload":{"keys":["a.b[]"],"points":[1]}},{"delete":{"filter":{"must_not":[{"has_id":[1,2]}]}}}]}"""),
        ("POST", "/collections/c/points", """{"ids":[1,"6f1d1c0e-6a0b-4c55-9d55-0f3f1a5b7a11"],"with_vector":true,"with_payload":{"include":["deep.a"]}}"""),
        ("POST", "/collections/c/points/scroll", """{"limit":3,"offset":1,"filter":{"should":[{"key":"city","match":{"any":["Oslo","Rome"]}},{"is_empty":{"key":"n"}},{"nested":{"key":"deep.a[]","filter":{"must":[{"key":"b","match":{"text":"c"}}]}}}],"min_should":{"conditions":[{"key":"n","values_count":{"gt":0}}],"min_count":1}},"with_payload":["n"]}"""),
        ("POST", "/collections/c/points/query", """{"prefetch":[{"query":[1,2,3],"limit":5},{"query":{"recommend":{"positive":[1],"negative":[[3,2,1]],"strategy":"best_score"}}}],"query":{"fusion":"dbsf"},"limit":4,"offset":1,"score_threshold":0.1}"""),
        ("POST", "/collections/c/points/query", """{"prefetch":{"query":[1,2,3]},"query":{"formula":{"sum":["$score",{"mult":[0.5,"n"]},{"div":{"left":1,"right":{"abs":"n"},"by_zero_default":0}},{"gauss_decay":{"x":"n","target":3,"scale":2,"midpoint":0.5}}]},"defaults":{"n":1}}}"""),
        ("POST", "/collections/c/points/query", """{"query":{"nearest":[1,2,3],"mmr":{"diversity":0.5,"candidates_limit":10}},"params":{"hnsw_ef":10,"exact":false,"quantization":{"rescore":true,"oversampling":2}},"with_vector":[""]}"""),
        ("POST", "/collections/c/points/query", """{"query":{"relevance_feedback":{"target":[1,2,3],"feedback":[{"example":1,"score":0.5},{"example":[1,1,1],"score":0.1}],"strategy":{"naive":{"a":1,"b":0.5,"c":2}}}}}"""),
        ("POST", "/collections/c/points/query", """{"query":{"discover":{"target":1,"context":[{"positive":[1,2,3],"negative":2}]}}}"""),
        ("POST", "/collections/c/points/query/groups", """{"query":[1,2,3],"group_by":"city","limit":2,"group_size":2}"""),
        ("POST", "/collections/c/points/query/batch", """{"searches":[{"query":[1,2,3]},{"query":{"order_by":{"key":"n","direction":"desc","start_from":2}}}]}"""),
        ("POST", "/collections/c/points/search", """{"vector":{"name":"","vector":[1,2,3]},"limit":2,"filter":{"must":[{"key":"at","geo_radius":{"center":{"lon":1,"lat":2},"radius":1000}}]}}"""),
        ("POST", "/collections/c/points/count", """{"filter":{"must":[{"key":"n","match":{"except":[1,2]}}]},"exact":true}"""),
        ("POST", "/collections/c/facet", """{"key":"city","limit":3}"""),
        ("POST", "/collections/c/points/search/matrix/pairs", """{"sample":3,"limit":2}"""),
        ("POST", "/collections/aliases", """{"actions":[{"create_alias":{"alias_name":"a","collection_name":"c"}},{"rename_alias":{"old_alias_name":"a","new_alias_name":"b"}},{"delete_alias":{"alias_name":"b"}}]}"""),
        ("PUT", "/collections/c/snapshots/recover", """{"location":"https://127.0.0.1:1/x.snapshot","checksum":"0000000000000000000000000000000000000000000000000000000000000000"}"""),
    ];

    private const string Half = "half a surrogate pair";

    private static readonly string[] Values =
    [
        "null", "true", "-1", "0", "1e308", "-1e-300", "18446744073709551615", "9223372036854775808", "3.5", "\"\"", "\"\\u0000\"", Half, "\"a.b[\"", "[]", "{}", "[[]]", "[null]", "[[[1]]]", "{\"\":{}}",
        "\"2026-11-24T00:00:00Z\"", "[1,2]", "{\"indices\":[1,1],\"values\":[1]}", "{\"text\":\"x\",\"model\":\"qdrant/bm25\"}", "\"NaN\"", "123456789012345678901234567890",
    ];

    [Fact]
    public async Task Bodies_with_anything_anywhere_are_answered_or_refused_and_the_points_stay_readable()
    {
        await using var server = await QdrantTestServer.StartAsync();
        var random = new Random(20_261_124);
        var failures = new List<string>();
        foreach (var (method, path, body) in Requests)
        {
            await server.SendAsync("PUT", "/collections/c", """{"vectors":{"size":3,"distance":"Euclid"}}""");
            await server.SendAsync("PUT", "/collections/c/points?wait=true", """{"points":[{"id":1,"vector":[1,2,3],"payload":{"n":1,"city":"Oslo"}},{"id":2,"vector":[3,2,1]}]}""");
            for (var round = 0; round < Rounds; round++)
            {
                var sent = round % 3 == 0 ? Torn(body, random) : Twisted(body, random, 1 + round / 4);
                var (status, answer) = await server.SendAsync(method, path, sent);
                if (status == HttpStatusCode.InternalServerError)
                    failures.Add($"{method} {path} {sent}");
            }

            Assert.Equal(HttpStatusCode.OK, (await server.SendAsync("POST", "/collections/c/points/scroll", """{"with_vector":true}""")).Status);
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    // Some bytes are other bytes, or missing.
    private static string Torn(string body, Random random)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        for (var i = random.Next(4); i >= 0; i--)
            bytes[random.Next(bytes.Length)] = (byte)random.Next(128);
        return Encoding.UTF8.GetString(bytes, 0, random.Next(3) == 0 ? random.Next(bytes.Length) : bytes.Length);
    }

    // Well-formed, with some values in the place of others.
    private static string Twisted(string body, Random random, int times)
    {
        var root = JsonNode.Parse(body)!;
        for (; times > 0; times--)
        {
            var places = Places(root).ToList();
            var (parent, key) = places[random.Next(places.Count)];
            var text = Values[random.Next(Values.Length)];
            // A node cannot hold half a surrogate pair; it is put in at the end.
            var value = text == Half ? Half : JsonNode.Parse(text);
            if (parent is JsonObject members)
                members[(string)key] = value;
            else
                ((JsonArray)parent)[(int)key] = value;
        }

        return root.ToJsonString().Replace(Half, "\\ud800", StringComparison.Ordinal);
    }

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode node)
    {
        if (node is JsonObject members)
        {
            foreach (var (name, value) in members)
            {
                yield return (node, name);
                foreach (var inner in value is null ? [] : Places(value))
                    yield return inner;
            }
        }

        if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                yield return (node, i);
                foreach (var inner in items[i] is { } value ? Places(value) : [])
                    yield return inner;
            }
        }
    }
}
