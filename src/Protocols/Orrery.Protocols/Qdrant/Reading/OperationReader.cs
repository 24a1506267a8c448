using System.Text.Json;
using Orrery.Search.Points;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads changes of points.</summary>
internal static class OperationReader
{
    public static PointOperation Upsert(JsonElement body)
    {
        var mode = body.Member("update_mode") is { } word ? word.Word<UpsertMode>("update_mode") : UpsertMode.Upsert;
        var condition = FilterReader.Read(body.Member("update_filter"));
        if (body.Member("batch") is { } batch)
            return new UpsertPoints(Batch(batch), mode, condition);
        return new UpsertPoints([.. body.Required("points").Items("points").Select(PointReader.Point)], mode, condition);
    }

    public static PointOperation Delete(JsonElement body) => new DeletePoints(PointReader.Selector(body));

    public static PointOperation SetPayload(JsonElement body) =>
        new SetPayload(PointReader.Selector(body), PointReader.Payload(body.Required("payload")), body.Member("key")?.Path("key"));

    public static PointOperation OverwritePayload(JsonElement body) => new OverwritePayload(PointReader.Selector(body), PointReader.Payload(body.Required("payload")));

    public static PointOperation DeletePayload(JsonElement body) =>
        new DeletePayload(PointReader.Selector(body), [.. body.Required("keys").Items("keys").Select(key => key.Path("keys"))]);

    // The request's body is the selector itself.
    public static PointOperation ClearPayload(JsonElement body) => new ClearPayload(PointReader.Selector(body));

    public static PointOperation UpdateVectors(JsonElement body)
    {
        var points = body.Required("points").Items("points").Select(point => new Point(PointReader.Id(point.Required("id")), PointReader.Vectors(point.Required("vector")))).ToList();
        for (var i = 0; i < points.Count; i++)
        {
            if (points[i].Vectors.Count == 0)
                throw QdrantRefusal.Validation($"points[{i}].vector", "must specify vectors to update for point");
        }

        return points.Count > 0
            ? new UpdateVectors(points, FilterReader.Read(body.Member("update_filter")))
            : throw QdrantRefusal.Validation("points", "value [] invalid, must have at least one point");
    }

    public static PointOperation DeleteVectors(JsonElement body)
    {
        var names = body.Required("vector").Items("vector").Select(name => name.Text("vector")).ToList();
        return names.Count > 0
            ? new DeleteVectors(PointReader.Selector(body), names)
            : throw QdrantRefusal.Validation("vector", "must specify vector names to delete");
    }

    /// <summary>One operation of a batch, named by its only member.</summary>
    public static PointOperation Any(JsonElement operation)
    {
        if (operation.ValueKind != JsonValueKind.Object || operation.EnumerateObject().FirstOrDefault() is not { Name: { } name } member)
            throw QdrantRefusal.Format($"expected an operation, got {JsonRead.Shown(operation)}");
        return name switch
        {
            "upsert" => Upsert(member.Value),
            "delete" => Delete(member.Value),
            "set_payload" => SetPayload(member.Value),
            "overwrite_payload" => OverwritePayload(member.Value),
            "delete_payload" => DeletePayload(member.Value),
            "clear_payload" => ClearPayload(member.Value),
            "update_vectors" => UpdateVectors(member.Value),
            "delete_vectors" => DeleteVectors(member.Value),
            _ => throw QdrantRefusal.Format($"unknown operation `{name}`"),
        };
    }

    private static List<Point> Batch(JsonElement batch)
    {
        var ids = PointReader.Ids(batch.Required("ids"), "ids");
        var vectors = batch.Required("vectors");
        var payloads = batch.Member("payloads") is { } given ? given.Items("payloads").ToList() : null;
        if (payloads is not null && payloads.Count != ids.Count)
            throw QdrantRefusal.Validation("batch", $"Validation error: number of ids and payloads must be equal ({ids.Count} != {payloads.Count})");
        var points = ids.ConvertAll(id => new Dictionary<string, VectorValue>(StringComparer.Ordinal));
        if (vectors.ValueKind == JsonValueKind.Object)
        {
            foreach (var named in vectors.Members("vectors"))
                Spread(named.Value, named.Name);
        }
        else
            Spread(vectors, Point.Unnamed);
        return [.. ids.Select((id, i) => new Point(id, points[i], payloads is null || payloads[i].ValueKind == JsonValueKind.Null ? default : PointReader.Payload(payloads[i])))];

        void Spread(JsonElement column, string name)
        {
            var items = column.Items("vectors").ToList();
            if (items.Count != ids.Count)
                throw QdrantRefusal.Validation("batch", $"Validation error: number of ids and vectors must be equal ({ids.Count} != {items.Count})");
            for (var i = 0; i < items.Count; i++)
                points[i][name] = PointReader.Vector(items[i]);
        }
    }
}
