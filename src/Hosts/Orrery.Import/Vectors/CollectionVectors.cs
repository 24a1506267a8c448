using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Import.Vectors;

/// <summary>A point of a collection with one of its vectors.</summary>
/// <param name="Id">A number or a UUID.</param>
/// <param name="Vector">(size)</param>
/// <param name="Payload">An object, or undefined where it was not asked for; valid until the next page is read.</param>
public readonly record struct CollectionVector(string Id, float[] Vector, JsonElement Payload);

/// <summary>The points of a collection of this server that have a certain vector.</summary>
/// <param name="Distance">By what they are compared: Cosine, Dot, Euclid or Manhattan.</param>
/// <param name="Size">Components of a vector.</param>
/// <param name="Points">All, in the order of their ids.</param>
public sealed record CollectionVectors(string Distance, int Size, IAsyncEnumerable<CollectionVector> Points)
{
    private const int PageSize = 1_000;

    /// <summary>Looks up the vector; <paramref name="vector"/> names one of several.</summary>
    /// <exception cref="InvalidException">The collection has no such vector.</exception>
    public static async Task<CollectionVectors> OfAsync(OrreryClient orrery, string collection, string? vector, bool withPayload, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(orrery);
        var path = $"collections/{Uri.EscapeDataString(collection)}";
        using var described = await orrery.SendAsync<JsonDocument>(HttpMethod.Get, path, null, cancellationToken);
        var config = Config(described.RootElement.GetProperty("result").GetProperty("config").GetProperty("params").GetProperty("vectors"), collection, vector);
        JsonNode with = vector is null ? true : new JsonArray(vector);
        var request = new JsonObject { ["limit"] = PageSize, ["with_payload"] = withPayload, ["with_vector"] = with };
        return new(config.GetProperty("distance").GetString()!, config.GetProperty("size").GetInt32(), ReadAsync(orrery, path, vector, request, cancellationToken));
    }

    private static async IAsyncEnumerable<CollectionVector> ReadAsync(OrreryClient orrery, string path, string? vector, JsonObject request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var page in PointScroll.PagesAsync(body => orrery.SendAsync<JsonDocument>(HttpMethod.Post, path + "/points/scroll", JsonContent.Create(body), cancellationToken), request, cancellationToken))
        {
            foreach (var point in page.EnumerateArray())
            {
                var value = point.GetProperty("vector");
                if (vector is null ? value.ValueKind == JsonValueKind.Array : value.TryGetProperty(vector, out value))
                    yield return new(point.GetProperty("id").ToString(), [.. value.EnumerateArray().Select(component => component.GetSingle())], point.TryGetProperty("payload", out var payload) ? payload : default);
            }
        }
    }

    private static JsonElement Config(JsonElement vectors, string collection, string? vector)
    {
        if (vector is null && vectors.TryGetProperty("size", out var size) && size.ValueKind == JsonValueKind.Number)
            return vectors;
        if (vector is not null && vectors.TryGetProperty(vector, out var named) && named.ValueKind == JsonValueKind.Object)
            return named;
        throw new InvalidException($"Which vector of '{collection}'? Name it with --vector: {string.Join(", ", vectors.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.Object).Select(member => member.Name))}.");
    }
}
