using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Orrery.Hosts.Tests.Server;
using Orrery.Import.Vectors;
using Orrery.Kernel;
using Orrery.Tests;
using Xunit;

namespace Orrery.Hosts.Tests.Import;

/// <summary>Tables as pgvector keeps them, on a real PostgreSQL: its type is played by a domain of the same name, and its function by one in SQL.</summary>
public sealed class PgvectorTests : IAsyncLifetime
{
    private const string Type = "CREATE DOMAIN vector AS real[]; CREATE FUNCTION vector_dims(v vector) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT cardinality(v)';";

    private string? _database;

    public async ValueTask InitializeAsync()
    {
        if (!TestPostgres.IsThere)
            return;
        _database = await TestPostgres.CreateEmptyAsync();
        await TestPostgres.ExecuteAsync(Type, _database);
    }

    public ValueTask DisposeAsync()
    {
        if (_database is not null)
            TestPostgres.Drop(_database);
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task Rows_become_points_with_their_columns_as_payload_and_rows_without_a_vector_are_told()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        await TestPostgres.ExecuteAsync(
            """
            CREATE TABLE items (id bigint PRIMARY KEY, name text, price numeric, tags text[], "Embedding" vector);
            INSERT INTO items VALUES (7, 'Oslo "O"', 1.5, '{a,b}', '{1,0.5}'), (8, NULL, 2, NULL, '{0,2}'), (9, 'none', 3, NULL, NULL);
            """, _database);
        await using var server = await TestServer.StartAsync();
        await using var source = new PgvectorTable(Connection, new("items", Distance: "Euclid"));

        var report = await new VectorImport(server.Client).BringAsync(source);

        Assert.Equal((1, 2), (report.Collections, report.Points));
        Assert.Equal(1, report.Left["row without a vector"]);
        using var answer = await server.Http.PostAsJsonAsync(new Uri("/collections/items/points/scroll", UriKind.Relative), new { with_vector = true });
        var points = (await answer.Content.ReadFromJsonAsync<JsonNode>())!["result"]!["points"];
        var expected = JsonNode.Parse("""[{"id":7,"payload":{"name":"Oslo \"O\"","price":1.5,"tags":["a","b"]},"vector":[1.0,0.5]},{"id":8,"payload":{"price":2},"vector":[0.0,2.0]}]""");
        Assert.True(JsonNode.DeepEquals(expected, points), points!.ToJsonString());
    }

    [Fact]
    public async Task What_a_table_lacks_is_said()
    {
        Assert.SkipUnless(TestPostgres.IsThere, TestPostgres.Missing);
        await TestPostgres.ExecuteAsync(
            """
            CREATE TABLE two (id int PRIMARY KEY, a vector, b vector);
            CREATE TABLE keyless (id int, a vector);
            CREATE TABLE mixed (id int PRIMARY KEY, a vector);
            CREATE TABLE bare (id int PRIMARY KEY, a vector);
            INSERT INTO mixed VALUES (1, '{1}'), (2, '{1,2}');
            """, _database);

        Assert.Contains("--vector", await RefusalAsync(new("two")), StringComparison.Ordinal);
        Assert.Contains("--id", await RefusalAsync(new("keyless")), StringComparison.Ordinal);
        Assert.Contains("has no column 'c' of vectors; there are a", await RefusalAsync(new("bare", Vector: "c")), StringComparison.Ordinal);
        Assert.Contains("2 different sizes", await RefusalAsync(new("mixed")), StringComparison.Ordinal);
        Assert.Contains("no rows", await RefusalAsync(new("bare")), StringComparison.Ordinal);
        Assert.Contains("no table 'absent'", await RefusalAsync(new("absent")), StringComparison.Ordinal);
    }

    private string Connection => TestPostgres.ConnectionString(_database!, connection => connection.Pooling = false);

    private async Task<string> RefusalAsync(PgvectorOptions options)
    {
        await using var source = new PgvectorTable(Connection, options);
        return (await Assert.ThrowsAnyAsync<OrreryException>(async () =>
        {
            await foreach (var _ in source.ReadAsync(new VectorImportReport()))
            {
            }
        })).Message;
    }
}
