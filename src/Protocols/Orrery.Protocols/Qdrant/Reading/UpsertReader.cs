using System.Text.Json;
using Orrery.Search.Points;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>
/// Reads the upserts that clients send by the thousand, ids, plain dense vectors and payloads, in one pass and without a document: a vector's components go from the body into the array that is kept.
/// Whatever else a body holds is left to <see cref="OperationReader"/>, which also words every refusal.
/// </summary>
internal ref struct UpsertReader
{
    private Utf8JsonReader _json;
    private readonly ReadOnlySpan<byte> _body;
    private float[] _room = new float[256];
    private int _length;

    private UpsertReader(ReadOnlySpan<byte> body)
    {
        _body = body;
        _json = new(body, new JsonReaderOptions { MaxDepth = QdrantCall.MaxDepth });
    }

    /// <summary>The operation; null where a document is needed to understand the body, or to say what is wrong with it.</summary>
    public static UpsertPoints? TryRead(ReadOnlySpan<byte> body)
    {
        try
        {
            return new UpsertReader(body).Read();
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private UpsertPoints? Read()
    {
        if (!Next(JsonTokenType.StartObject) || !Next(JsonTokenType.PropertyName) || !_json.ValueTextEquals("points"u8) || !Next(JsonTokenType.StartArray))
            return null;
        var points = new List<Point>();
        while (_json.Read() && _json.TokenType == JsonTokenType.StartObject)
        {
            if (ReadPoint() is not { } point)
                return null;
            points.Add(point);
        }

        // Members behind the points are rare.
        return _json.TokenType == JsonTokenType.EndArray && Next(JsonTokenType.EndObject) && !_json.Read() ? new(points) : null;
    }

    private Point? ReadPoint()
    {
        PointId? id = null;
        IReadOnlyDictionary<string, VectorValue>? vectors = null;
        var payload = ReadOnlyMemory<byte>.Empty;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            if (_json.ValueTextEquals("id"u8))
                id = ReadId();
            else if (_json.ValueTextEquals("vector"u8))
            {
                if ((vectors = ReadVectors()) is null)
                    return null;
            }
            else if (_json.ValueTextEquals("payload"u8))
            {
                if (ReadPayload() is not { } raw)
                    return null;
                payload = raw;
            }
            else
                return null;
        }

        return id is { } given && vectors is not null && _json.TokenType == JsonTokenType.EndObject ? new(given, vectors, payload) : null;
    }

    private PointId? ReadId()
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Number)
            return _json.TryGetUInt64(out var number) ? PointId.Of(number) : null;
        return _json.TokenType == JsonTokenType.String && PointId.TryParseUuid(_json.GetString()!, out var uuid) ? uuid : null;
    }

    private ReadOnlyMemory<byte>? ReadPayload()
    {
        _json.Read();
        if (_json.TokenType == JsonTokenType.Null)
            return ReadOnlyMemory<byte>.Empty;
        if (_json.TokenType != JsonTokenType.StartObject)
            return null;
        var start = (int)_json.TokenStartIndex;
        _json.Skip();
        return _body[start..(int)_json.BytesConsumed].ToArray();
    }

    private Dictionary<string, VectorValue>? ReadVectors()
    {
        _json.Read();
        var vectors = new Dictionary<string, VectorValue>(1, StringComparer.Ordinal);
        if (_json.TokenType == JsonTokenType.StartArray)
        {
            if (ReadNumbers() is not { } only)
                return null;
            vectors[Point.Unnamed] = only;
            return vectors;
        }

        if (_json.TokenType != JsonTokenType.StartObject)
            return null;
        while (_json.Read() && _json.TokenType == JsonTokenType.PropertyName)
        {
            var name = _json.GetString()!;
            // A sparse vector has members of these names, and no name.
            if (name is "indices" or "values" || !Next(JsonTokenType.StartArray) || ReadNumbers() is not { } vector)
                return null;
            vectors[name] = vector;
        }

        return _json.TokenType == JsonTokenType.EndObject ? vectors : null;
    }

    // The vector before was as long, most likely.
    private DenseVector? ReadNumbers()
    {
        _length = 0;
        while (_json.Read() && _json.TokenType == JsonTokenType.Number)
        {
            if (_length == _room.Length)
                Array.Resize(ref _room, 2 * _room.Length);
            _room[_length++] = _json.GetSingle();
        }

        return _length > 0 && _json.TokenType == JsonTokenType.EndArray ? new(_room.AsSpan(0, _length).ToArray()) : null;
    }

    private bool Next(JsonTokenType type) => _json.Read() && _json.TokenType == type;
}
