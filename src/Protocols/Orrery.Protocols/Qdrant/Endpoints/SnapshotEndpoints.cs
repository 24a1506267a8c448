using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Net.Http.Headers;
using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Protocols.Qdrant.Reading;
using Orrery.Search.Collections;
using Orrery.Search.Snapshots;

namespace Orrery.Protocols.Qdrant.Endpoints;

/// <summary>Snapshots of a collection, of its only shard (which is the same), and of all collections together.</summary>
internal sealed class SnapshotEndpoints(Lazy<ISnapshots> snapshots, Lazy<ICollections> collections)
{
    private const string Collection = "/collections/{collection}/snapshots";
    private const string Shard = "/collections/{collection}/shards/{shard}/snapshots";

    public void Map(IEndpointRouteBuilder routes)
    {
        foreach (var root in new[] { Collection, Shard, "/snapshots" })
        {
            routes.Answer(HttpMethods.Get, root, Role.Viewer, ListAsync);
            routes.Answer(HttpMethods.Post, root, Role.Editor, CreateAsync);
            routes.Answer(HttpMethods.Delete, root + "/{snapshot}", Role.Editor, DeleteAsync);
            // A snapshot holds every payload, so it is not for everybody who may ask for some.
            routes.MapGet(root + "/{snapshot}", DownloadAsync).RequireRole(Role.Editor).ExcludeFromDescription();
        }

        foreach (var root in new[] { Collection, Shard })
        {
            routes.Answer(HttpMethods.Put, root + "/recover", Role.Editor, RecoverAsync);
            routes.Answer(HttpMethods.Post, root + "/upload", Role.Editor, UploadAsync).WithMetadata(new DisableRequestSizeLimit());
        }
    }

    private async Task<Action<Utf8JsonWriter>> ListAsync(QdrantCall call)
    {
        var list = await snapshots.Value.ListAsync(call.Caller, await ScopeAsync(call), call.Aborted);
        return json =>
        {
            json.WriteStartArray();
            foreach (var snapshot in list)
                Write(json, snapshot);
            json.WriteEndArray();
        };
    }

    private async Task<Action<Utf8JsonWriter>> CreateAsync(QdrantCall call)
    {
        var snapshot = await snapshots.Value.CreateAsync(call.Caller, await ScopeAsync(call), call.Aborted);
        call.AcceptUnlessWaited();
        return json => Write(json, snapshot);
    }

    private async Task<Action<Utf8JsonWriter>> DeleteAsync(QdrantCall call)
    {
        await snapshots.Value.DeleteAsync(call.Caller, await ScopeAsync(call), call.Route("snapshot"), call.Aborted);
        call.AcceptUnlessWaited();
        return json => json.WriteBooleanValue(true);
    }

    private async Task DownloadAsync(HttpContext http)
    {
        Stream? content = null;
        await QdrantCall.TryAsync(http, async call => content = await snapshots.Value.OpenAsync(call.Caller, await ScopeAsync(call), call.Route("snapshot"), call.Aborted));
        if (content is null)
            return;
        await using var stream = content;
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = stream.Length;
        await stream.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    // A path of the server is never read: what a client has as a file it can upload.
    private async Task<Action<Utf8JsonWriter>> RecoverAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var location = body.RootElement.Required("location").Text("location");
        Digest? checksum = body.RootElement.Member("checksum") is { } given ? ReadChecksum(given.Text("checksum")) : null;
        if (location.StartsWith("file://", StringComparison.OrdinalIgnoreCase) && !location.StartsWith("file:///", StringComparison.OrdinalIgnoreCase) && !location.StartsWith("file://localhost/", StringComparison.OrdinalIgnoreCase))
            throw QdrantRefusal.BadRequest("Invalid snapshot URI, file path must be absolute or on localhost");
        var scope = (await ScopeAsync(call))!;
        // A shard is one of a collection that is there; a collection is made where it is not.
        if (call.Route("shard").Length > 0 && !await collections.Value.ExistsAsync(call.Caller, scope, call.Aborted))
            throw new NotFoundException($"Collection `{scope}` doesn't exist!");
        if (!Uri.TryCreate(location, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https" or "file"))
            throw QdrantRefusal.BadRequest("Invalid snapshot URI, expected one of http or https");
        // The same of every path, whether there is a file or not: snapshots lie in the blob store, and no path is one.
        if (address.IsFile)
            throw QdrantRefusal.BadRequest($"Snapshot file \"{address.AbsolutePath}\" does not exist");
        await snapshots.Value.RecoverAsync(call.Caller, scope, new(address, body.RootElement.Member("api_key")?.Text("api_key")), checksum, call.Aborted);
        call.AcceptUnlessWaited();
        return json => json.WriteBooleanValue(true);
    }

    private async Task<Action<Utf8JsonWriter>> UploadAsync(QdrantCall call)
    {
        var scope = (await ScopeAsync(call))!;
        var checksum = call.Http.Request.Query["checksum"] is [{ Length: > 0 } text] ? ReadChecksum(text) : (Digest?)null;
        await snapshots.Value.RestoreAsync(call.Caller, scope, await FileAsync(call), checksum, call.Aborted);
        call.AcceptUnlessWaited();
        return json => json.WriteBooleanValue(true);
    }

    private static Digest ReadChecksum(string text) => Digest.TryParse(text, out var digest)
        ? digest
        : throw new QdrantRefusal(422, "Validation error in query parameters: [checksum: Validation error: invalid_sha256_hash [expected 64 hexadecimal digits]]");

    // The first file of the form, streamed: it may be larger than memory.
    private static async Task<Stream> FileAsync(QdrantCall call)
    {
        var request = call.Http.Request;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var type) || HeaderUtilities.RemoveQuotes(type.Boundary) is not { Length: > 0 } boundary)
            throw QdrantRefusal.BadRequest("Expected the file as multipart/form-data, in a part named `snapshot`");
        var reader = new MultipartReader(boundary.Value!, request.Body);
        while (await reader.ReadNextSectionAsync(call.Aborted) is { } section)
        {
            if (section.GetContentDispositionHeader() is { } disposition && disposition.IsFileDisposition())
                return section.Body;
        }

        throw QdrantRefusal.BadRequest("Expected a file in the form, in a part named `snapshot`");
    }

    private async Task<string?> ScopeAsync(QdrantCall call)
    {
        if (call.Collection is not { Length: > 0 } name)
            return null;
        if (call.Route("shard") is not { Length: > 0 } shard)
            return name;
        var shards = await collections.Value.ExistsAsync(call.Caller, name, call.Aborted) ? (await collections.Value.OpenAsync(call.Caller, name, call.Aborted)).Config.Shards : 1;
        if (!int.TryParse(shard, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) || number >= shards)
            throw new NotFoundException($"Shard {shard} is not found");
        return shards == 1 ? name : throw QdrantRefusal.NotImplemented("snapshots of one of several shards; take one of the collection");
    }

    private static void Write(Utf8JsonWriter json, Snapshot snapshot)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, snapshot.Name);
        json.WriteString("creation_time"u8, snapshot.CreatedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture));
        json.WriteNumber("size"u8, snapshot.Length);
        json.WriteString("checksum"u8, snapshot.Digest.ToString());
        json.WriteEndObject();
    }

    private sealed class DisableRequestSizeLimit : IRequestSizeLimitMetadata
    {
        public long? MaxRequestBodySize => null;
    }
}
