using System.Text.Json;
using Google.Protobuf.Collections;
using Orrery.Protocols.Qdrant.Messages;
using Orrery.Protocols.Qdrant.Reading;
using Domain = Orrery.Search.Points;
using Scalar = Orrery.Search.Filters.Scalar;
using ScalarKind = Orrery.Search.Filters.ScalarKind;

namespace Orrery.Protocols.Qdrant.Grpc;

/// <summary>Translates between points and their messages.</summary>
internal static class PointMessages
{
    /// <summary>Points to store. Plain dense vectors are taken as they are; the rest is read as REST's.</summary>
    public static Domain.UpsertPoints Upsert(IEnumerable<PointStruct> points, UpdateMode mode, Filter? condition) => new(
        [.. points.Select(Read)],
        mode switch { UpdateMode.InsertOnly => Domain.UpsertMode.InsertOnly, UpdateMode.UpdateOnly => Domain.UpsertMode.UpdateOnly, _ => Domain.UpsertMode.Upsert },
        Read(condition));

    public static Search.Filters.Filter? Read(Filter? filter)
    {
        if (filter is null)
            return null;
        using var document = MessageJson.Of(filter);
        return FilterReader.Read(document.RootElement);
    }

    public static Domain.PointId Read(PointId? id) => id?.PointIdOptionsCase switch
    {
        PointId.PointIdOptionsOneofCase.Num => Domain.PointId.Of(id.Num),
        PointId.PointIdOptionsOneofCase.Uuid when Domain.PointId.TryParseUuid(id.Uuid, out var uuid) => uuid,
        PointId.PointIdOptionsOneofCase.Uuid => throw QdrantRefusal.BadRequest($"Unable to parse UUID: {id.Uuid}"),
        _ => throw QdrantRefusal.BadRequest("Empty ID is not allowed"),
    };

    public static PointId Write(Domain.PointId id) => id.IsUuid ? new() { Uuid = id.ToString() } : new() { Num = id.Number };

    public static ScoredPoint Scored(Domain.StoredPoint point)
    {
        var message = new ScoredPoint { Id = Write(point.Id), Score = point.Score, Version = (ulong)point.Version, Vectors = Write(point.Vectors) };
        Write(point.Payload, message.Payload);
        message.OrderValue = Write(point.Order);
        return message;
    }

    public static RetrievedPoint Record(Domain.StoredPoint point)
    {
        var message = new RetrievedPoint { Id = Write(point.Id), Vectors = Write(point.Vectors), OrderValue = Write(point.Order) };
        Write(point.Payload, message.Payload);
        return message;
    }

    public static GroupId Group(Scalar value) => value.Kind == ScalarKind.Text
        ? new() { StringValue = value.Text! }
        : value.Number < 0 ? new() { IntegerValue = (long)value.Number } : new() { UnsignedValue = (ulong)value.Number };

    public static FacetValue Facet(Scalar value) => value.Kind switch
    {
        ScalarKind.Text => new() { StringValue = value.Text! },
        ScalarKind.Boolean => new() { BoolValue = value.Number == 1 },
        _ => new() { IntegerValue = (long)value.Number },
    };

    private static Domain.Point Read(PointStruct point) => new(
        Read(point.Id), Read(point.Vectors), point.Payload.Count == 0 ? default : MessageJson.Payload(point.Payload));

    private static Dictionary<string, Domain.VectorValue> Read(Vectors? vectors)
    {
        if (vectors?.Vector is { } only)
            return new Dictionary<string, Domain.VectorValue> { [Domain.Point.Unnamed] = Read(only) };
        var named = new Dictionary<string, Domain.VectorValue>(StringComparer.Ordinal);
        foreach (var (name, vector) in vectors?.Vectors_?.Vectors ?? [])
            named[name] = Read(vector);
        return named;
    }

    private static Domain.VectorValue Read(Vector vector)
    {
        if (vector.Dense is { Data.Count: > 0 } dense)
            return new Domain.DenseVector([.. dense.Data]);
        switch (vector.VectorCase)
        {
            case Vector.VectorOneofCase.None:
                return Older(vector);
            case Vector.VectorOneofCase.Sparse:
                return new Domain.SparseVector([.. vector.Sparse.Indices], [.. vector.Sparse.Values]);
            case Vector.VectorOneofCase.MultiDense:
                var rows = vector.MultiDense.Vectors;
                return rows.Count > 0 && rows[0].Data.Count > 0 && rows.All(row => row.Data.Count == rows[0].Data.Count)
                    ? new Domain.MultiVector([.. rows.SelectMany(row => row.Data)], rows.Count)
                    : throw QdrantRefusal.BadRequest("all vectors of a multivector must have the same dimension, and components");
            case Vector.VectorOneofCase.Document:
                using (var document = MessageJson.Of(vector.Document))
                    return PointReader.Vector(document.RootElement);
            default:
                throw QdrantRefusal.NotImplemented("models of images and objects, and empty vectors; send vectors");
        }
    }

    // As clients before 1.16 say it: numbers, and beside them what else they are.
    private static Domain.VectorValue Older(Vector vector)
    {
        float[] data = [.. vector.Data];
        if (vector.Indices is { } indices)
            return new Domain.SparseVector([.. indices.Data], data);
        if (data.Length == 0)
            throw QdrantRefusal.Validation("vector", "Validation error: dense vector must not be empty");
        if (!vector.HasVectorsCount)
            return new Domain.DenseVector(data);
        return vector.VectorsCount > 0 && data.Length % vector.VectorsCount == 0
            ? new Domain.MultiVector(data, (int)vector.VectorsCount)
            : throw QdrantRefusal.BadRequest($"{data.Length} components are no {vector.VectorsCount} vectors of one size");
    }

    private static VectorsOutput? Write(IReadOnlyDictionary<string, Domain.VectorValue>? vectors)
    {
        if (vectors is null)
            return null;
        if (vectors.Count == 1 && vectors.TryGetValue(Domain.Point.Unnamed, out var only))
            return new() { Vector = Write(only) };
        var named = new NamedVectorsOutput();
        foreach (var (name, vector) in vectors)
            named.Vectors.Add(name, Write(vector));
        return new() { Vectors = named };
    }

    // Twice, for clients of before 1.16 and after.
    private static VectorOutput Write(Domain.VectorValue vector)
    {
        switch (vector)
        {
            case Domain.SparseVector sparse:
                return new()
                {
                    Data = { sparse.Values },
                    Indices = new() { Data = { sparse.Indices } },
                    Sparse = new() { Values = { sparse.Values }, Indices = { sparse.Indices } },
                };
            case Domain.MultiVector multi:
                var rows = new MultiDenseVector();
                for (var row = 0; row < multi.Rows; row++)
                    rows.Vectors.Add(new DenseVector { Data = { multi.Row(row).ToArray() } });
                return new() { Data = { multi.Values }, VectorsCount = (uint)multi.Rows, MultiDense = rows };
            default:
                var values = ((Domain.DenseVector)vector).Values;
                return new() { Data = { values }, Dense = new() { Data = { values } } };
        }
    }

    private static OrderValue? Write(Domain.OrderValue? order) =>
        order is not { } value ? null : value.IsInteger ? new() { Int = (long)value.Number } : new() { Float = value.Number };

    private static void Write(ReadOnlyMemory<byte>? payload, MapField<string, Value> fields)
    {
        if (payload is not { } content)
            return;
        using var document = JsonDocument.Parse(content);
        foreach (var member in document.RootElement.EnumerateObject())
            fields[member.Name] = Write(member.Value);
    }

    public static Value Write(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var fields = new Struct();
                foreach (var member in value.EnumerateObject())
                    fields.Fields[member.Name] = Write(member.Value);
                return new() { StructValue = fields };
            case JsonValueKind.Array:
                return new() { ListValue = new() { Values = { value.EnumerateArray().Select(Write) } } };
            case JsonValueKind.String:
                return new() { StringValue = value.GetString()! };
            case JsonValueKind.True or JsonValueKind.False:
                return new() { BoolValue = value.GetBoolean() };
            case JsonValueKind.Number:
                return value.TryGetInt64(out var whole) ? new() { IntegerValue = whole } : new() { DoubleValue = value.GetDouble() };
            default:
                return new() { NullValue = NullValue.NullValue };
        }
    }
}
