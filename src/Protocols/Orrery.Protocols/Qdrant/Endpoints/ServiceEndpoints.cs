using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Platform.Access;
using Orrery.Search.Collections;

namespace Orrery.Protocols.Qdrant.Endpoints;

/// <summary>What is said of the server, as a single node of Qdrant says it.</summary>
internal sealed class ServiceEndpoints(Lazy<ICollections> collections)
{
    private const string Standalone = "Bad request: Distributed mode disabled: this is a single node in standalone mode";

    public void Map(IEndpointRouteBuilder routes)
    {
        routes.Answer(HttpMethods.Get, "/cluster", Role.Viewer, _ => Task.FromResult<Action<Utf8JsonWriter>>(json =>
        {
            json.WriteStartObject();
            json.WriteString("status"u8, "disabled"u8);
            json.WriteEndObject();
        }));
        routes.Answer(HttpMethods.Post, "/cluster/recover", Role.Admin, _ => throw new QdrantRefusal(400, Standalone));
        routes.Answer(HttpMethods.Delete, "/cluster/peer/{peer}", Role.Admin, _ => throw new QdrantRefusal(400, Standalone));
        routes.Answer(HttpMethods.Get, "/collections/{collection}/cluster", Role.Viewer, ShardsAsync);
        routes.Answer(HttpMethods.Post, "/collections/{collection}/cluster", Role.Editor, _ => throw new QdrantRefusal(400, Standalone));
        routes.Answer(HttpMethods.Get, "/collections/{collection}/shards", Role.Viewer, _ => throw new QdrantRefusal(400, Standalone));
        routes.Answer(HttpMethods.Put, "/collections/{collection}/shards", Role.Editor, _ => throw new QdrantRefusal(400, Standalone));
        routes.Answer(HttpMethods.Post, "/collections/{collection}/shards/delete", Role.Editor, _ => throw new QdrantRefusal(400, Standalone));
        routes.Answer(HttpMethods.Get, "/issues", Role.Viewer, _ => Task.FromResult<Action<Utf8JsonWriter>>(json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("issues"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        }));
        routes.Answer(HttpMethods.Delete, "/issues", Role.Editor, _ => Task.FromResult<Action<Utf8JsonWriter>>(json => json.WriteBooleanValue(true)));
    }

    private async Task<Action<Utf8JsonWriter>> ShardsAsync(QdrantCall call)
    {
        var points = (await collections.Value.OpenAsync(call.Caller, call.Collection, call.Aborted)).State().Points;
        return json =>
        {
            json.WriteStartObject();
            json.WriteNumber("peer_id"u8, 1);
            json.WriteNumber("shard_count"u8, 1);
            json.WriteStartArray("local_shards"u8);
            json.WriteStartObject();
            json.WriteNumber("shard_id"u8, 0);
            json.WriteNumber("points_count"u8, points);
            json.WriteString("state"u8, "Active"u8);
            json.WriteEndObject();
            json.WriteEndArray();
            json.WriteStartArray("remote_shards"u8);
            json.WriteEndArray();
            json.WriteStartArray("shard_transfers"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        };
    }
}
