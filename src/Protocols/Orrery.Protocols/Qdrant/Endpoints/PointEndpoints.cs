using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Protocols.Qdrant.Reading;
using Orrery.Protocols.Qdrant.Writing;
using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Endpoints;

/// <summary>Points: written, changed, read by id, in pages, counted.</summary>
internal sealed class PointEndpoints(Lazy<ICollections> collections)
{
    private const string Points = "/collections/{collection}/points";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Answer(HttpMethods.Put, Points, Role.Editor, UpsertAsync);
        Change(routes, HttpMethods.Post, "/delete", OperationReader.Delete);
        Change(routes, HttpMethods.Put, "/vectors", OperationReader.UpdateVectors);
        Change(routes, HttpMethods.Post, "/vectors/delete", OperationReader.DeleteVectors);
        Change(routes, HttpMethods.Post, "/payload", OperationReader.SetPayload);
        Change(routes, HttpMethods.Put, "/payload", OperationReader.OverwritePayload);
        Change(routes, HttpMethods.Post, "/payload/delete", OperationReader.DeletePayload);
        Change(routes, HttpMethods.Post, "/payload/clear", OperationReader.ClearPayload);
        routes.Answer(HttpMethods.Post, Points + "/batch", Role.Editor, BatchAsync);
        routes.Answer(HttpMethods.Post, Points, Role.Viewer, RetrieveAsync);
        routes.Answer(HttpMethods.Get, Points + "/{id}", Role.Viewer, GetAsync);
        routes.Answer(HttpMethods.Post, Points + "/scroll", Role.Viewer, ScrollAsync);
        routes.Answer(HttpMethods.Post, Points + "/count", Role.Viewer, CountAsync);
        routes.Answer(HttpMethods.Post, "/collections/{collection}/facet", Role.Viewer, FacetAsync);
    }

    private void Change(IEndpointRouteBuilder routes, string method, string path, Func<JsonElement, PointOperation> read) =>
        routes.Answer(method, Points + path, Role.Editor, async call =>
        {
            using var body = await call.BodyAsync();
            var operation = read(body.RootElement);
            var receipt = await (await OpenAsync(call)).UpdateAsync(operation, call.Aborted);
            return OperationAnswer.Completed(call, receipt.Number);
        });

    private async Task<Action<Utf8JsonWriter>> UpsertAsync(QdrantCall call)
    {
        PointOperation operation;
        // The memory is free again while the points are written.
        using (var body = await call.BytesAsync())
            operation = (PointOperation?)UpsertReader.TryRead(body.Memory.Span) ?? await UnderstoodAsync(body.Memory);
        var receipt = await (await OpenAsync(call)).UpdateAsync(operation, call.Aborted);
        return OperationAnswer.Completed(call, receipt.Number);

        async Task<PointOperation> UnderstoodAsync(ReadOnlyMemory<byte> body)
        {
            using var document = await call.DocumentAsync(body);
            return OperationReader.Upsert(document.RootElement);
        }
    }

    private async Task<Action<Utf8JsonWriter>> BatchAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var operations = body.RootElement.Required("operations").Items("operations").Select(OperationReader.Any).ToList();
        var collection = await OpenAsync(call);
        var numbers = new List<long>();
        // One after the other: each sees what those before it did.
        foreach (var operation in operations)
            numbers.Add((await collection.UpdateAsync(operation, call.Aborted)).Number);
        var status = call.Flag("wait") ? "completed" : "acknowledged";
        return json =>
        {
            json.WriteStartArray();
            foreach (var number in numbers)
                OperationAnswer.Write(json, number, status);
            json.WriteEndArray();
        };
    }

    private async Task<Action<Utf8JsonWriter>> RetrieveAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var ids = PointReader.Ids(body.RootElement.Required("ids"), "ids");
        var wanted = new Wanted(QueryReader.Payload(body.RootElement.Member("with_payload"), otherwise: true), QueryReader.Wanted(body.RootElement).Vectors);
        var points = (await OpenAsync(call)).Retrieve(ids, wanted);
        return json => Records(json, points);
    }

    private async Task<Action<Utf8JsonWriter>> GetAsync(QdrantCall call)
    {
        var id = PointReader.Id(call.Route("id"));
        var point = (await OpenAsync(call)).Retrieve([id], new(PayloadSelection.All, VectorSelection.All)) is [var found]
            ? found
            : throw new NotFoundException($"Point with id {id} does not exists!");
        return json => json.Record(point);
    }

    private async Task<Action<Utf8JsonWriter>> ScrollAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var root = body.RootElement;
        var order = root.Member("order_by") is { } by ? QueryReader.Order(by) : null;
        PointId? from = root.Member("offset") is { } offset ? PointReader.Id(offset) : null;
        if (order is not null && from is not null)
            throw QdrantRefusal.BadRequest("Cannot use an `offset` when using `order_by`. The alternative for paging is to use `order_by.start_from` and a filter to exclude the IDs that you've already seen for the `order_by.start_from` value");
        var limit = root.Member("limit")?.Whole("limit", 1) ?? 10;
        var wanted = new Wanted(QueryReader.Payload(root.Member("with_payload"), otherwise: true), QueryReader.Wanted(root).Vectors);
        var page = (await OpenAsync(call)).Scroll(FilterReader.Read(root.Member("filter")), order, from, limit, wanted);
        return json =>
        {
            json.WriteStartObject();
            json.WritePropertyName("points"u8);
            Records(json, page.Points);
            json.WritePropertyName("next_page_offset"u8);
            if (page.Next is { } next)
                json.Id(next);
            else
                json.WriteNullValue();
            json.WriteEndObject();
        };
    }

    private async Task<Action<Utf8JsonWriter>> CountAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var count = (await OpenAsync(call)).Count(FilterReader.Read(body.RootElement.Member("filter")));
        return json =>
        {
            json.WriteStartObject();
            json.WriteNumber("count"u8, count);
            json.WriteEndObject();
        };
    }

    private async Task<Action<Utf8JsonWriter>> FacetAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var root = body.RootElement;
        var (path, limit) = (root.Required("key").Path("key"), root.Member("limit")?.Whole("limit", 1) ?? 10);
        var facets = (await OpenAsync(call)).Facet(path, FilterReader.Read(root.Member("filter")), limit);
        return json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("hits"u8);
            foreach (var facet in facets)
            {
                json.WriteStartObject();
                json.WritePropertyName("value"u8);
                json.Value(facet.Value);
                json.WriteNumber("count"u8, facet.Count);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteEndObject();
        };
    }

    private Task<ICollection> OpenAsync(QdrantCall call) => call.OpenAsync(collections);

    private static void Records(Utf8JsonWriter json, IReadOnlyList<StoredPoint> points)
    {
        json.WriteStartArray();
        foreach (var point in points)
            json.Record(point);
        json.WriteEndArray();
    }
}
