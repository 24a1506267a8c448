using System.Text.Json;
using Orrery.Search.Filters;
using Orrery.Search.Points;

namespace Orrery.Protocols.Qdrant.Writing;

/// <summary>Writes points as Qdrant does. Payloads go out as the bytes that came in.</summary>
internal static class PointWriter
{
    public static void Id(this Utf8JsonWriter json, PointId id)
    {
        if (id.IsUuid)
            json.WriteStringValue(id.Uuid);
        else
            json.WriteNumberValue(id.Number);
    }

    /// <summary>A point as retrieve and scroll answer it.</summary>
    public static void Record(this Utf8JsonWriter json, StoredPoint point)
    {
        json.WriteStartObject();
        json.WritePropertyName("id"u8);
        json.Id(point.Id);
        Content(json, point);
        json.WriteEndObject();
    }

    /// <summary>A score; one that is beyond all numbers, as of components of 1e30, is null, as Qdrant writes it.</summary>
    public static void Score(this Utf8JsonWriter json, float score)
    {
        if (float.IsFinite(score))
            json.WriteNumberValue(score);
        else
            json.WriteNullValue();
    }

    /// <summary>A point as queries answer it.</summary>
    public static void Scored(this Utf8JsonWriter json, StoredPoint point)
    {
        json.WriteStartObject();
        json.WritePropertyName("id"u8);
        json.Id(point.Id);
        json.WriteNumber("version"u8, point.Version);
        json.WritePropertyName("score"u8);
        json.Score(point.Score);
        Content(json, point);
        json.WriteEndObject();
    }

    public static void Scored(this Utf8JsonWriter json, IReadOnlyList<StoredPoint> points)
    {
        json.WriteStartArray();
        foreach (var point in points)
            json.Scored(point);
        json.WriteEndArray();
    }

    public static void Value(this Utf8JsonWriter json, Scalar value)
    {
        switch (value.Kind)
        {
            case ScalarKind.Text:
                json.WriteStringValue(value.Text);
                break;
            case ScalarKind.Boolean:
                json.WriteBooleanValue(value.Number == 1);
                break;
            default:
                json.WriteNumberValue(value.Number);
                break;
        }
    }

    public static void Vector(this Utf8JsonWriter json, VectorValue vector)
    {
        switch (vector)
        {
            case DenseVector dense:
                json.Numbers(dense.Values);
                break;
            case MultiVector multi:
                json.WriteStartArray();
                for (var row = 0; row < multi.Rows; row++)
                    json.Numbers(multi.Row(row));
                json.WriteEndArray();
                break;
            case SparseVector sparse:
                json.WriteStartObject();
                json.WriteStartArray("indices"u8);
                foreach (var index in sparse.Indices)
                    json.WriteNumberValue(index);
                json.WriteEndArray();
                json.WritePropertyName("values"u8);
                json.Numbers(sparse.Values);
                json.WriteEndObject();
                break;
        }
    }

    private static void Numbers(this Utf8JsonWriter json, ReadOnlySpan<float> values)
    {
        json.WriteStartArray();
        foreach (var value in values)
        {
            // A vector's components are floats in every client, so a whole one has its point.
            if (float.IsInteger(value) && Math.Abs(value) < 1e7f)
                json.WriteRawValue(string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{value:0}.0"), skipInputValidation: true);
            else
                json.WriteNumberValue(value);
        }

        json.WriteEndArray();
    }

    private static void Content(Utf8JsonWriter json, StoredPoint point)
    {
        if (point.Payload is { } payload)
        {
            json.WritePropertyName("payload"u8);
            json.WriteRawValue(payload.Span, skipInputValidation: true);
        }

        if (point.Vectors is { } vectors)
        {
            json.WritePropertyName("vector"u8);
            Vectors(json, vectors);
        }

        if (point.Order is { } order)
        {
            json.WritePropertyName("order_value"u8);
            if (order.IsInteger)
                json.WriteNumberValue((long)order.Number);
            else
                json.WriteNumberValue(order.Number);
        }
    }

    private static void Vectors(Utf8JsonWriter json, IReadOnlyDictionary<string, VectorValue> vectors)
    {
        if (vectors.Count == 1 && vectors.TryGetValue(Point.Unnamed, out var only))
        {
            json.Vector(only);
            return;
        }

        json.WriteStartObject();
        foreach (var (name, vector) in vectors)
        {
            json.WritePropertyName(name);
            json.Vector(vector);
        }

        json.WriteEndObject();
    }
}
