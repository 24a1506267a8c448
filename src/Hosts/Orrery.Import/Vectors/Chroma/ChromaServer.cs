using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;

namespace Orrery.Import.Vectors.Chroma;

/// <summary>The collections of a running Chroma (1.0 and later), over its REST API (<c>/api/v2</c>). Points that are written there meanwhile may be missed; a second import brings them.</summary>
public sealed class ChromaServer : IVectorSource
{
    private const int PageSize = 300; // the most that Chroma's own cloud answers at once

    private readonly RemoteServer _server;
    private readonly string _root;
    private readonly IReadOnlyCollection<string> _names;

    /// <summary>Reads from the server at <paramref name="address"/>: the collections named, or all. The HTTP client stays the caller's.</summary>
    public ChromaServer(HttpClient http, Uri address, string? token = null, IReadOnlyCollection<string>? names = null, string tenant = "default_tenant", string database = "default_database")
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(address);
        _server = new(http, "Chroma", address, token is null ? null : ("x-chroma-token", token));
        _root = $"api/v2/tenants/{Uri.EscapeDataString(tenant)}/databases/{Uri.EscapeDataString(database)}/collections";
        _names = names ?? [];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedCollection> ReadAsync(VectorImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        var missing = _names.ToHashSet();
        for (var offset = 0; ; offset += PageSize)
        {
            using var page = await _server.GetAsync($"{_root}?limit={PageSize}&offset={offset}", cancellationToken);
            foreach (var collection in page.RootElement.EnumerateArray())
            {
                var name = collection.GetProperty("name").GetString()!;
                if (_names.Count > 0 && !missing.Remove(name))
                    continue;
                if (collection.GetProperty("dimension") is not { ValueKind: JsonValueKind.Number } dimension)
                {
                    report.Leave("empty collection, whose vectors have no size yet");
                    continue;
                }

                var id = collection.GetProperty("id").GetString()!;
                using var count = await _server.GetAsync($"{_root}/{id}/count", cancellationToken);
                yield return new(name, ImportedCollection.OneVector(dimension.GetInt32(), ChromaDistance.Of(Space(collection))), count.RootElement.GetInt64(), PagesAsync(id, cancellationToken));
            }

            if (page.RootElement.GetArrayLength() < PageSize)
                break;
        }

        if (missing.Count > 0)
            throw new NotFoundException($"The Chroma server has no collection '{missing.First()}'.");
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static string? Space(JsonElement collection) =>
        collection.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("hnsw:space", out var space) ? space.GetString()
            : collection.TryGetProperty("configuration_json", out var configuration) ? ChromaDistance.Space(configuration) : null;

    private async IAsyncEnumerable<PointPage> PagesAsync(string collection, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var pages = new PointPages();
        for (var offset = 0; ; offset += PageSize)
        {
            var request = new JsonObject { ["limit"] = PageSize, ["offset"] = offset, ["include"] = new JsonArray("embeddings", "metadatas", "documents") };
            using var answer = await _server.PostAsync($"{_root}/{collection}/get", request, cancellationToken);
            var root = answer.RootElement;
            var ids = root.GetProperty("ids");
            for (var i = 0; i < ids.GetArrayLength(); i++)
            {
                pages.Add(ids[i].GetString()!, [.. root.GetProperty("embeddings")[i].EnumerateArray().Select(component => component.GetSingle())], json => Write(root, i, json));
                if (pages.IsFull && pages.Take() is { } full)
                    yield return full;
            }

            if (ids.GetArrayLength() < PageSize)
                break;
        }

        if (pages.Take() is { } last)
            yield return last;
    }

    private static void Write(JsonElement answer, int point, Utf8JsonWriter json)
    {
        if (answer.GetProperty("metadatas")[point] is { ValueKind: JsonValueKind.Object } metadata)
        {
            foreach (var member in metadata.EnumerateObject().Where(member => member.Value.ValueKind != JsonValueKind.Null))
                member.WriteTo(json);
        }

        if (answer.GetProperty("documents")[point] is { ValueKind: JsonValueKind.String } document)
            json.WriteString("document", document.GetString());
    }
}
