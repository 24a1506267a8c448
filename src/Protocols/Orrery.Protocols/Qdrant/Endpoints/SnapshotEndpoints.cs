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
using Orrery.Search.Snapshots;

namespace Orrery.Protocols.Qdrant.Endpoints;

/// <summary>Snapshots of a collection, of its only shard (which is the same), and of all collections together.</summary>
internal sealed class SnapshotEndpoints(Lazy<ISnapshots> snapshots)
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
        var list = await snapshots.Value.ListAsync(call.Caller, Scope(call), call.Aborted);
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
        var snapshot = await snapshots.Value.CreateAsync(call.Caller, Scope(call), call.Aborted);
        call.AcceptUnlessWaited();
        return json => Write(json, snapshot);
    }

    private async Task<Action<Utf8JsonWriter>> DeleteAsync(QdrantCall call)
    {
        await snapshots.Value.DeleteAsync(call.Caller, Scope(call), call.Route("snapshot"), call.Aborted);
        call.AcceptUnlessWaited();
        return json => json.WriteBooleanValue(true);
    }

    private async Task DownloadAsync(HttpContext http)
    {
        Stream? content = null;
        await QdrantCall.TryAsync(http, async call => content = await snapshots.Value.OpenAsync(call.Caller, Scope(call), call.Route("snapshot"), call.Aborted));
        if (content is null)
            return;
        await using var stream = content;
        http.Response.ContentType = "application/octet-stream";
        http.Response.ContentLength = stream.Length;
        await stream.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    // A location is a place on a server or a network that the client may not be able to reach itself; what it can reach, it can upload.
    private static async Task<Action<Utf8JsonWriter>> RecoverAsync(QdrantCall call)
    {
        using var body = await call.BodyAsync();
        var location = body.RootElement.Required("location");
        var text = location.ValueKind == JsonValueKind.Object ? "" : location.Text("location");
        if (body.RootElement.Member("checksum") is { } checksum)
            ReadChecksum(checksum.Text("checksum"));
        if (text.StartsWith("file://", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("file:///", StringComparison.OrdinalIgnoreCase) && !text.StartsWith("file://localhost/", StringComparison.OrdinalIgnoreCase))
            throw QdrantRefusal.BadRequest("Invalid snapshot URI, file path must be absolute or on localhost");
        throw new QdrantRefusal(403, text.StartsWith("file:", StringComparison.OrdinalIgnoreCase)
            ? "Forbidden: Snapshot file path must be inside the snapshots directory, and snapshots are kept in none here; send the file to /snapshots/upload"
            : "Forbidden: snapshots are not fetched from URLs; download it and send the file to /snapshots/upload");
    }

    private async Task<Action<Utf8JsonWriter>> UploadAsync(QdrantCall call)
    {
        var scope = Scope(call)!;
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

    private static string? Scope(QdrantCall call)
    {
        if (call.Route("shard") is { Length: > 0 } and not "0" and var shard)
            throw new NotFoundException($"Shard {shard} is not found");
        return call.Collection is { Length: > 0 } name ? name : null;
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
