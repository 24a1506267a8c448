using System.Text.Json;
using Orrery.Search.Points;
using Orrery.Search.Queries;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>
/// Reads the plainest search, a vector and how many are wanted, without a document. Whatever else a body holds is left to <see cref="QueryReader"/> and <see cref="OlderQueryReader"/>, which
/// also word every refusal.
/// </summary>
internal static class SearchReader
{
    /// <summary>The query and what is wanted of its points; null where a document is needed.</summary>
    /// <param name="body">The request's body.</param>
    /// <param name="vector">The member that holds the vector.</param>
    public static (QueryStage Query, Wanted Wanted)? TryRead(ReadOnlySpan<byte> body, ReadOnlySpan<byte> vector)
    {
        try
        {
            return Read(body, vector);
        }
        catch (Exception error) when (error is JsonException or FormatException or InvalidOperationException)
        {
            return null;
        }
    }

    private static (QueryStage Query, Wanted Wanted)? Read(ReadOnlySpan<byte> body, ReadOnlySpan<byte> vector)
    {
        var json = new Utf8JsonReader(body);
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return null;
        float[]? values = null;
        var (limit, ef, using_) = (10, (int?)null, Point.Unnamed);
        var (payload, vectors) = (PayloadSelection.None, VectorSelection.None);
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals(vector))
            {
                if ((values = Numbers(ref json)) is null)
                    return null;
            }
            else if (json.ValueTextEquals("limit"u8))
            {
                if (!json.Read() || !json.TryGetInt32(out limit) || limit < 1)
                    return null;
            }
            else if (json.ValueTextEquals("using"u8))
            {
                if (!json.Read() || json.TokenType != JsonTokenType.String)
                    return null;
                using_ = json.GetString()!;
            }
            else if (json.ValueTextEquals("with_payload"u8))
            {
                if (!json.Read() || json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
                    return null;
                payload = json.GetBoolean() ? PayloadSelection.All : PayloadSelection.None;
            }
            else if (json.ValueTextEquals("with_vector"u8) || json.ValueTextEquals("with_vectors"u8))
            {
                if (!json.Read() || json.TokenType is not (JsonTokenType.True or JsonTokenType.False))
                    return null;
                vectors = json.GetBoolean() ? VectorSelection.All : VectorSelection.None;
            }
            else if (json.ValueTextEquals("params"u8))
            {
                if (!TryEf(ref json, out ef))
                    return null;
            }
            else
                return null;
        }

        return values is null || json.TokenType != JsonTokenType.EndObject || json.Read()
            ? null
            : (new QueryStage { Ranking = new Nearest(new GivenVector(new DenseVector(values))), Limit = limit, Ef = ef, Using = using_ }, new(payload, vectors));
    }

    private static bool TryEf(ref Utf8JsonReader json, out int? ef)
    {
        ef = null;
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return false;
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (!json.ValueTextEquals("hnsw_ef"u8) || !json.Read() || !json.TryGetInt32(out var given) || given < 1)
                return false;
            ef = given;
        }

        return json.TokenType == JsonTokenType.EndObject;
    }

    private static float[]? Numbers(ref Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartArray)
            return null;
        var values = new float[128];
        var count = 0;
        while (json.Read() && json.TokenType == JsonTokenType.Number)
        {
            if (count == values.Length)
                Array.Resize(ref values, 2 * count);
            values[count++] = json.GetSingle();
        }

        return count > 0 && json.TokenType == JsonTokenType.EndArray ? values[..count] : null;
    }
}
