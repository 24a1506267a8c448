using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;

namespace Orrery.Import.Vectors;

/// <summary>
/// The collections of a running Qdrant, over its REST API (https://api.qdrant.tech): vectors of every sort, payload, its indexes and aliases. Points keep their ids.
/// Points that are written there meanwhile may be missed; a second import brings them.
/// </summary>
public sealed class QdrantServer : IVectorSource
{
    /// <summary>Points of one page, so that a page of vectors of 4,096 components still is some tens of megabytes of text.</summary>
    private const int PageSize = 500;

    /// <summary>What is taken over of a collection's parameters; the rest says how Qdrant's own nodes are to divide it.</summary>
    private static readonly string[] Sections = ["vectors", "sparse_vectors", "on_disk_payload"];

    private readonly RemoteServer _server;
    private readonly IReadOnlyCollection<string> _names;

    /// <summary>Reads from the server at <paramref name="address"/>: the collections named, or all. The HTTP client stays the caller's.</summary>
    public QdrantServer(HttpClient http, Uri address, string? apiKey = null, IReadOnlyCollection<string>? names = null)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(address);
        _server = new(http, "Qdrant", address, apiKey is null ? null : ("api-key", apiKey));
        _names = names ?? [];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedCollection> ReadAsync(VectorImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        foreach (var name in await NamesAsync(cancellationToken))
        {
            using var answer = await _server.GetAsync($"collections/{Uri.EscapeDataString(name)}", cancellationToken);
            var found = Result(answer);
            var parameters = found.GetProperty("config").GetProperty("params");
            var config = new JsonObject();
            foreach (var section in Sections)
            {
                if (parameters.TryGetProperty(section, out var value) && value.ValueKind != JsonValueKind.Null)
                    config[section] = JsonNode.Parse(value.GetRawText());
            }

            if (found.GetProperty("config").TryGetProperty("hnsw_config", out var hnsw) && hnsw.ValueKind == JsonValueKind.Object)
                config["hnsw_config"] = JsonNode.Parse(hnsw.GetRawText());
            yield return new(name, config, Count(found), PagesAsync(name, cancellationToken))
            {
                Indexes = [.. Indexes(found)],
                Aliases = await AliasesAsync(name, cancellationToken),
            };
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<IReadOnlyCollection<string>> NamesAsync(CancellationToken cancellationToken)
    {
        using var answer = await _server.GetAsync("collections", cancellationToken);
        var all = Result(answer).GetProperty("collections").EnumerateArray().Select(collection => collection.GetProperty("name").GetString()!).ToList();
        var missing = _names.FirstOrDefault(name => !all.Contains(name));
        return missing is null ? _names.Count > 0 ? _names : all
            : throw new NotFoundException($"The Qdrant server has no collection '{missing}'.{(NearestName.Of(missing, all) is { } near ? $" Did you mean '{near}'?" : "")}");
    }

    private async Task<IReadOnlyList<string>> AliasesAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await _server.GetAsync($"collections/{Uri.EscapeDataString(name)}/aliases", cancellationToken);
        return [.. Result(answer).GetProperty("aliases").EnumerateArray().Select(alias => alias.GetProperty("alias_name").GetString()!)];
    }

    private async IAsyncEnumerable<PointPage> PagesAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new JsonObject { ["limit"] = PageSize, ["with_payload"] = true, ["with_vector"] = true };
        await foreach (var points in PointScroll.PagesAsync(body => _server.PostAsync($"collections/{Uri.EscapeDataString(name)}/points/scroll", body, cancellationToken), request, cancellationToken))
        {
            if (points.GetArrayLength() > 0)
                yield return Page(points);
        }
    }

    private static PointPage Page(JsonElement points)
    {
        var body = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(body);
        json.WriteStartObject();
        json.WriteStartArray("points");
        foreach (var point in points.EnumerateArray())
        {
            json.WriteStartObject();
            foreach (var member in point.EnumerateObject())
            {
                // A point without any vector is answered with an empty object, or with null.
                if (member.Name is "id" or "vector" or "payload" && member.Value.ValueKind != JsonValueKind.Null)
                    member.WriteTo(json);
            }

            if (!point.TryGetProperty("vector", out var vector) || vector.ValueKind == JsonValueKind.Null)
            {
                json.WriteStartObject("vector");
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return new(points.GetArrayLength(), body.WrittenMemory);
    }

    private static long? Count(JsonElement collection) => collection.TryGetProperty("points_count", out var count) && count.ValueKind == JsonValueKind.Number ? count.GetInt64() : null;

    private static IEnumerable<(string Field, JsonNode Schema)> Indexes(JsonElement collection)
    {
        if (!collection.TryGetProperty("payload_schema", out var schema))
            yield break;
        foreach (var field in schema.EnumerateObject())
        {
            var declared = field.Value.TryGetProperty("params", out var parameters) && parameters.ValueKind == JsonValueKind.Object ? parameters : field.Value.GetProperty("data_type");
            yield return (field.Name, JsonNode.Parse(declared.GetRawText())!);
        }
    }

    private static JsonElement Result(JsonDocument answer) => answer.RootElement.TryGetProperty("result", out var result) ? result : throw new InvalidException("The server did not answer as Qdrant does: its answer has no result.");
}
