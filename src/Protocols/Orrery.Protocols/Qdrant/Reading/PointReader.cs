using System.Text.Json;
using Orrery.Search.Points;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Reads ids, vectors and points.</summary>
internal static class PointReader
{
    public static PointId Id(JsonElement id)
    {
        switch (id.ValueKind)
        {
            case JsonValueKind.Number when id.TryGetUInt64(out var number):
                return PointId.Of(number);
            case JsonValueKind.String when PointId.TryParseUuid(id.GetString()!, out var uuid):
                return uuid;
            default:
                throw QdrantRefusal.Format($"value {JsonRead.Shown(id)} is not a valid point ID, valid values are either an unsigned integer or a UUID");
        }
    }

    public static PointId Id(string text)
    {
        if (ulong.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number))
            return PointId.Of(number);
        return PointId.TryParseUuid(text, out var uuid) ? uuid : throw new QdrantRefusal(400, $"Wrong input: Can not recognize \"{text}\" as point id");
    }

    public static List<PointId> Ids(JsonElement ids, string name) => [.. ids.Items(name).Select(Id)];

    public static Point Point(JsonElement point) => new(Id(point.Required("id")), Vectors(point.Member("vector") ?? point.Required("vectors")), Payload(point.Member("payload")));

    public static PointSelector Selector(JsonElement body)
    {
        if (body.Member("points") is { } points)
            return new(Ids(points, "points"), null);
        return body.Member("filter") is { } filter
            ? new(null, FilterReader.Read(filter))
            : throw QdrantRefusal.Format("data did not match any variant: expected `points` or `filter`");
    }

    public static ReadOnlyMemory<byte> Payload(JsonElement? payload)
    {
        if (payload is not { } value)
            return default;
        return value.ValueKind == JsonValueKind.Object ? value.Raw() : throw QdrantRefusal.Format($"invalid type for `payload`: expected a map, got {JsonRead.Shown(value)}");
    }

    /// <summary>One vector without a name, or several by name.</summary>
    public static IReadOnlyDictionary<string, VectorValue> Vectors(JsonElement vectors)
    {
        if (vectors.ValueKind != JsonValueKind.Object || IsSparse(vectors) || vectors.TryGetProperty("text"u8, out var text) && text.ValueKind == JsonValueKind.String)
            return new Dictionary<string, VectorValue> { [Search.Points.Point.Unnamed] = Vector(vectors) };
        var named = new Dictionary<string, VectorValue>(StringComparer.Ordinal);
        foreach (var vector in vectors.Members("vector"))
            named[vector.Name] = Vector(vector.Value);
        return named;
    }

    public static VectorValue Vector(JsonElement vector, TextUse use = TextUse.Document)
    {
        switch (vector.ValueKind)
        {
            case JsonValueKind.Array when vector.GetArrayLength() == 0:
                throw QdrantRefusal.Validation("vector", "Validation error: dense vector must not be empty");
            case JsonValueKind.Array when vector[0].ValueKind == JsonValueKind.Array:
                return Multi(vector);
            case JsonValueKind.Array:
                return new DenseVector(Numbers(vector));
            case JsonValueKind.Object when IsSparse(vector):
                return Sparse(vector);
            case JsonValueKind.Object when vector.TryGetProperty("text"u8, out _):
                return TextVectors.Of(vector, use);
            default:
                throw QdrantRefusal.Format($"data did not match any variant of a vector: got {JsonRead.Shown(vector)}");
        }
    }

    public static bool IsSparse(JsonElement vector) => vector.ValueKind == JsonValueKind.Object && vector.TryGetProperty("indices"u8, out _) && vector.TryGetProperty("values"u8, out _);

    private static float[] Numbers(JsonElement vector)
    {
        var values = new float[vector.GetArrayLength()];
        var i = 0;
        foreach (var component in vector.EnumerateArray())
        {
            if (component.ValueKind != JsonValueKind.Number)
                throw QdrantRefusal.Format($"data did not match any variant of a vector: expected numbers, got {JsonRead.Shown(component)}");
            values[i++] = component.GetSingle();
        }

        return values;
    }

    private static MultiVector Multi(JsonElement rows)
    {
        var values = rows.EnumerateArray().Select(row => row.ValueKind == JsonValueKind.Array ? Numbers(row) : throw QdrantRefusal.Format("expected arrays of numbers in a multivector")).ToList();
        if (values.Exists(row => row.Length == 0))
            throw QdrantRefusal.Validation("points[0].vector.?.data", "all vectors must be non-empty");
        return values.Find(row => row.Length != values[0].Length) is { } other
            ? throw QdrantRefusal.Validation("points[0].vector.?.data", $"all vectors must have the same dimension, found vector with dimension {other.Length}")
            : new([.. values.SelectMany(row => row)], values.Count);
    }

    private static SparseVector Sparse(JsonElement vector)
    {
        var indices = vector.Required("indices").Items("indices")
            .Select(index => index.ValueKind == JsonValueKind.Number && index.TryGetUInt32(out var number) ? number : throw QdrantRefusal.Format($"invalid value for `indices`: expected u32, got {JsonRead.Shown(index)}")).ToArray();
        var values = Numbers(vector.Required("values"));
        if (indices.Length != values.Length)
            throw QdrantRefusal.Validation("points[0].vector.?.values", "Validation error: must be the same length as indices [{}]");
        return indices.Distinct().Count() == indices.Length ? new(indices, values) : throw QdrantRefusal.Validation("points[0].vector.?.indices", "Validation error: must be unique [{}]");
    }
}
