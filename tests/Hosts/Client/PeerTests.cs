using Orrery.Comparison;
using Orrery.Comparison.Peers;
using Orrery.Import.Vectors;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Client;

/// <summary>What other systems are asked while they are measured, against exchanges in the words of their public APIs.</summary>
public sealed class PeerTests
{
    private static readonly ComparisonOptions Options = new() { M = 8, EfConstruction = 50 };
    private static readonly float[][] Vectors = [[1, 0.5f], [0, 2]];

    [Fact]
    public async Task Chroma_is_asked_as_its_server_answers()
    {
        const string root = "/api/v2/tenants/default_tenant/databases/default_database/collections";
        using var server = new ReplayedServer(
            ("GET", "/api/v2/version", null, "\"1.0.0\""),
            ("POST", root, """{"name":"mine","configuration":{"hnsw":{"space":"l2","max_neighbors":8,"ef_construction":50}}}""", """{"id":"c1","name":"mine","dimension":null}"""),
            ("POST", root + "/c1/add", """{"ids":["7","8"],"embeddings":[[1,0.5],[0,2]]}""", "{}"),
            ("POST", root + "/c1/get", """{"limit":1,"include":["embeddings"]}""", """{"ids":["7"],"embeddings":[[1,0.5]],"metadatas":null,"documents":null}"""),
            ("POST", root + "/c1/query", """{"query_embeddings":[[1,0.5]],"n_results":1,"include":["distances"]}""", """{"ids":[["7"]],"distances":[[0]]}"""),
            ("PUT", root + "/c1", """{"new_configuration":{"hnsw":{"ef_search":20}}}""", "{}"),
            ("POST", root + "/c1/query", """{"query_embeddings":[[0,1]],"n_results":2,"include":["distances"]}""", """{"ids":[["8","7"]],"distances":[[1,1.25]]}"""),
            ("DELETE", root + "/mine", null, "{}"));
        Assert.Equal("Chroma 1.0.0", await MeasureAsync("chroma=http://chroma:8000", server));
    }

    [Fact]
    public async Task Weaviate_is_asked_in_REST_and_GraphQL()
    {
        using var server = new ReplayedServer(
            ("GET", "/v1/meta", null, """{"hostname":"http://[::]:8080","version":"1.28.2","modules":{}}"""),
            ("POST", "/v1/schema", """{"class":"Mine","vectorizer":"none","vectorIndexType":"hnsw","vectorIndexConfig":{"distance":"l2-squared","maxConnections":8,"efConstruction":50}}""", """{"class":"Mine"}"""),
            ("POST", "/v1/batch/objects", """{"objects":[{"class":"Mine","id":"00000000-0000-0000-0000-000000000007","vector":[1,0.5]},{"class":"Mine","id":"00000000-0000-0000-0000-000000000008","vector":[0,2]}]}""", """[{"result":{"status":"SUCCESS"}},{"result":{"status":"SUCCESS"}}]"""),
            ("GET", "/v1/nodes/Mine?output=verbose", null, """{"nodes":[{"name":"n","shards":[{"class":"Mine","objectCount":2,"vectorQueueLength":2}]}]}"""),
            ("GET", "/v1/nodes/Mine?output=verbose", null, """{"nodes":[{"name":"n","shards":[{"class":"Mine","objectCount":2,"vectorQueueLength":0}]}]}"""),
            ("GET", "/v1/schema/Mine", null, """{"class":"Mine","vectorizer":"none","vectorIndexConfig":{"distance":"l2-squared","ef":-1}}"""),
            ("PUT", "/v1/schema/Mine", """{"class":"Mine","vectorizer":"none","vectorIndexConfig":{"distance":"l2-squared","ef":20}}""", ""),
            ("POST", "/v1/graphql", """{"query":"{Get{Mine(limit:2,nearVector:{vector:[0,1]}){_additional{id}}}}"}""", """{"data":{"Get":{"Mine":[{"_additional":{"id":"00000000-0000-0000-0000-000000000008"}},{"_additional":{"id":"00000000-0000-0000-0000-000000000007"}}]}}}"""),
            ("DELETE", "/v1/schema/Mine", null, ""));
        Assert.Equal("Weaviate 1.28.2", await MeasureAsync("weaviate=http://weaviate:8080", server));
    }

    [Fact]
    public async Task What_Weaviate_refuses_within_a_success_is_a_refusal()
    {
        using var server = new ReplayedServer(
            ("POST", "/v1/batch/objects", """{"objects":[]}""", """[{"result":{"errors":{"error":[{"message":"vector lengths don't match"}]},"status":"FAILED"}}]"""),
            ("POST", "/v1/graphql", """{"query":"{Get{Mine(limit:1,nearVector:{vector:[1]}){_additional{id}}}}"}""", """{"data":{"Get":null},"errors":[{"message":"no such class"}]}"""));
        using var http = new HttpClient(server);
        await using var peer = PeerAddress.Parse("weaviate=http://weaviate:8080").Open(http, "mine");
        Assert.Contains("don't match", (await Assert.ThrowsAsync<InvalidException>(() => peer.AddAsync(0, [], default))).Message, StringComparison.Ordinal);
        Assert.Contains("no such class", (await Assert.ThrowsAsync<InvalidException>(() => peer.SearchAsync([1], 1, default))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pinecone_is_asked_at_its_control_plane_and_at_its_index()
    {
        using var server = new ReplayedServer(
            ("POST", "/indexes", """{"name":"mine","dimension":2,"metric":"euclidean","spec":{"serverless":{"cloud":"aws","region":"eu-west-1"}}}""", """{"name":"mine","status":{"ready":false,"state":"Initializing"}}"""),
            ("GET", "/indexes/mine", null, """{"name":"mine","host":"mine-1.svc.pinecone.io","status":{"ready":true,"state":"Ready"}}"""),
            ("POST", "/vectors/upsert", """{"vectors":[{"id":"7","values":[1,0.5]},{"id":"8","values":[0,2]}]}""", """{"upsertedCount":2}"""),
            ("POST", "/describe_index_stats", "{}", """{"namespaces":{"":{"vectorCount":2}},"dimension":2,"totalVectorCount":2}"""),
            ("POST", "/query", """{"vector":[0,1],"topK":2}""", """{"matches":[{"id":"8","score":1},{"id":"7","score":1.25}],"namespace":""}"""),
            ("DELETE", "/indexes/mine", null, ""));
        Assert.Equal("Pinecone", await MeasureAsync("pinecone=https://api.pinecone.io?region=eu-west-1", server));
    }

    [Fact]
    public async Task A_distance_that_a_system_lacks_is_refused_before_anything_is_made()
    {
        foreach (var place in new[] { "chroma=http://x:1", "pinecone=http://x:1" })
        {
            using var server = new ReplayedServer();
            using var http = new HttpClient(server);
            await using var peer = PeerAddress.Parse(place).Open(http, "mine");
            Assert.Contains("no distance Manhattan", (await Assert.ThrowsAsync<InvalidException>(() => peer.CreateAsync(2, "Manhattan", Options, default))).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_PostgreSQL_without_pgvector_says_what_is_missing()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        var database = await TestPostgres.CreateEmptyAsync();
        try
        {
            await using var peer = PeerAddress.Parse($"pgvector={TestPostgres.ConnectionString(database, connection => connection.Pooling = false)}").Open(null!, "mine");
            Assert.Contains("CREATE EXTENSION vector", (await Assert.ThrowsAsync<InvalidException>(() => peer.DescribeAsync(default))).Message, StringComparison.Ordinal);
        }
        finally
        {
            TestPostgres.Drop(database);
        }
    }

    [Theory]
    [InlineData("postgresql://me:p%40ss@db.example:6000/shop?sslmode=require&application_name=x", "Host=db.example;Port=6000;Database=shop;Username=me;Password=p@ss;SSL Mode=Require;Application Name=x")]
    [InlineData("postgres://localhost/shop", "Host=localhost;Database=shop")]
    [InlineData("Host=h;Database=d", "Host=h;Database=d")]
    public void A_postgresql_address_is_read_as_libpq_does(string address, string expected) => Assert.Equal(expected, PostgresAddress.Parse(address));

    [Theory]
    [InlineData("nonsense")]
    [InlineData("postgresql://h/d?nonsense=1")]
    public void What_is_no_address_is_refused(string address) => Assert.ThrowsAny<ArgumentException>(() => PostgresAddress.Parse(address));

    private static async Task<string> MeasureAsync(string place, ReplayedServer server)
    {
        using var http = new HttpClient(server, disposeHandler: false);
        string system;
        await using (var peer = PeerAddress.Parse(place).Open(http, "mine"))
        {
            system = await peer.DescribeAsync(default);
            await peer.CreateAsync(2, "Euclid", Options, default);
            await peer.AddAsync(7, Vectors, default);
            await peer.IndexAsync(default);
            await peer.SetEfAsync(20, default);
            Assert.Equal([8L, 7L], await peer.SearchAsync([0, 1], 2, default));
        }

        server.AssertDone();
        return system;
    }
}
