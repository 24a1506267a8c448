using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;
using Orrery.Protocols.Qdrant.Reading;
using Orrery.Protocols.Qdrant.Writing;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Endpoints;

/// <summary>Queries, and the older families of requests that a query says in one.</summary>
internal sealed class QueryEndpoints(Lazy<ICollections> collections)
{
    private const string Points = "/collections/{collection}/points";

    public void Map(IEndpointRouteBuilder routes)
    {
        // The query API answers an object with the points; the older families answer the points themselves.
        Family(routes, "/query", QueryReader.Read, "query", wrapped: true);
        Family(routes, "/search", OlderQueryReader.Search, "vector", wrapped: false);
        Family(routes, "/recommend", OlderQueryReader.Recommend, null, wrapped: false);
        Family(routes, "/discover", OlderQueryReader.Discover, null, wrapped: false);
        routes.Answer(HttpMethods.Post, Points + "/search/matrix/pairs", Role.Viewer, PairsAsync);
        routes.Answer(HttpMethods.Post, Points + "/search/matrix/offsets", Role.Viewer, OffsetsAsync);
    }

    // The plainest requests of a family, a vector in a member, are read without a document.
    private void Family(IEndpointRouteBuilder routes, string path, Func<JsonElement, QueryStage> read, string? vector, bool wrapped)
    {
        var member = vector is null ? null : System.Text.Encoding.UTF8.GetBytes(vector);
        routes.Answer(HttpMethods.Post, Points + path, Role.Viewer, async call =>
        {
            using var body = await call.BytesAsync();
            var points = member is not null && SearchReader.TryRead(body.Memory.Span, member) is { } plain
                ? await (await OpenAsync(call)).QueryAsync(call.Caller, plain.Query, plain.Wanted, call.Aborted)
                : await RunDocumentAsync(call, body.Memory, read);
            return json => Write(json, points, wrapped);
        });
        routes.Answer(HttpMethods.Post, Points + path + "/batch", Role.Viewer, async call =>
        {
            using var body = await call.BodyAsync();
            var collection = await OpenAsync(call);
            var searches = body.RootElement.Required("searches").Items("searches").Select(search => (Query: read(search), Wanted: QueryReader.Wanted(search))).ToList();
            collection.Config.Strict.Require("search_max_batchsize", searches.Count, "search batch size");
            var results = new List<IReadOnlyList<StoredPoint>>();
            foreach (var (query, wanted) in searches)
                results.Add(await collection.QueryAsync(call.Caller, query, wanted, call.Aborted));
            return json =>
            {
                json.WriteStartArray();
                foreach (var points in results)
                    Write(json, points, wrapped);
                json.WriteEndArray();
            };
        });
        routes.Answer(HttpMethods.Post, Points + path + "/groups", Role.Viewer, call => GroupsAsync(call, read));
    }

    private async Task<IReadOnlyList<StoredPoint>> RunDocumentAsync(QdrantCall call, ReadOnlyMemory<byte> body, Func<JsonElement, QueryStage> read)
    {
        using var document = await call.DocumentAsync(body);
        return await RunAsync(call, document.RootElement, read);
    }

    private async Task<IReadOnlyList<StoredPoint>> RunAsync(QdrantCall call, JsonElement body, Func<JsonElement, QueryStage> read)
    {
        var (query, wanted) = (read(body), QueryReader.Wanted(body));
        return await (await OpenAsync(call)).QueryAsync(call.Caller, query, wanted, call.Aborted);
    }

    private async Task<Action<Utf8JsonWriter>> GroupsAsync(QdrantCall call, Func<JsonElement, QueryStage> read)
    {
        using var body = await call.BodyAsync();
        var root = body.RootElement;
        var grouping = new Grouping(root.Required("group_by").Path("group_by"), root.Member("limit")?.Whole("limit", 1) ?? 10, root.Member("group_size")?.Whole("group_size", 1) ?? 3);
        var collection = await OpenAsync(call);
        var groups = await collection.QueryGroupsAsync(call.Caller, read(root), grouping, QueryReader.Wanted(root), call.Aborted);
        var found = root.Member("with_lookup") is { } lookup ? await GroupLookup.ReadAsync(collections.Value, call.Caller, lookup, groups, call.Aborted) : null;
        return json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("groups"u8);
            foreach (var group in groups)
                Write(json, group, found);
            json.WriteEndArray();
            json.WriteEndObject();
        };
    }

    private static void Write(Utf8JsonWriter json, PointGroup group, Dictionary<PointId, StoredPoint>? lookup)
    {
        json.WriteStartObject();
        json.WritePropertyName("hits"u8);
        json.Scored(group.Hits);
        json.WritePropertyName("id"u8);
        json.Value(group.Id);
        if (lookup is not null && GroupLookup.IdOf(group.Id) is { } id && lookup.TryGetValue(id, out var point))
        {
            json.WritePropertyName("lookup"u8);
            json.Record(point);
        }

        json.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter json, IReadOnlyList<StoredPoint> points, bool wrapped)
    {
        if (!wrapped)
        {
            json.Scored(points);
            return;
        }

        json.WriteStartObject();
        json.WritePropertyName("points"u8);
        json.Scored(points);
        json.WriteEndObject();
    }

    private async Task<Action<Utf8JsonWriter>> PairsAsync(QdrantCall call)
    {
        var rows = await MatrixAsync(call);
        return json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("pairs"u8);
            foreach (var (row, other, score) in rows.SelectMany(row => row.Nearest.Select(near => (row.Id, near.Other, near.Score))))
            {
                json.WriteStartObject();
                json.WritePropertyName("a"u8);
                json.Id(row);
                json.WritePropertyName("b"u8);
                json.Id(other);
                json.WritePropertyName("score"u8);
                json.Score(score);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        };
    }

    private async Task<Action<Utf8JsonWriter>> OffsetsAsync(QdrantCall call)
    {
        var rows = await MatrixAsync(call);
        var places = rows.Select((row, place) => (row.Id, place)).ToDictionary(row => row.Id, row => row.place);
        return json =>
        {
            json.WriteStartObject();
            Numbers("offsets_row", rows.SelectMany((row, place) => row.Nearest.Select(_ => (double)place)));
            Numbers("offsets_col", rows.SelectMany(row => row.Nearest.Select(near => (double)places[near.Other])));
            json.WriteStartArray("scores"u8);
            foreach (var near in rows.SelectMany(row => row.Nearest))
                json.Score(near.Score);
            json.WriteEndArray();
            json.WriteStartArray("ids"u8);
            foreach (var row in rows)
                json.Id(row.Id);
            json.WriteEndArray();
            json.WriteEndObject();

            void Numbers(string name, IEnumerable<double> values)
            {
                json.WriteStartArray(name);
                foreach (var value in values)
                    json.WriteNumberValue((int)value);
                json.WriteEndArray();
            }
        };
    }

    private async Task<IReadOnlyList<MatrixRow>> MatrixAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var root = body.RootElement;
        return (await OpenAsync(call)).Matrix(
            root.Member("using")?.Text("using") ?? Point.Unnamed, FilterReader.Read(root.Member("filter")), root.Member("sample")?.Whole("sample", 2) ?? 10, root.Member("limit")?.Whole("limit", 1) ?? 3);
    }

    private Task<ICollection> OpenAsync(QdrantCall call) => call.OpenAsync(collections);
}
