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
        routes.Answer(HttpMethods.Post, "/cluster/recover", Role.Admin, _ => throw new QdrantRefusal(405, Standalone));
        routes.Answer(HttpMethods.Delete, "/cluster/peer/{peer}", Role.Admin, _ => throw new QdrantRefusal(405, Standalone));
        routes.Answer(HttpMethods.Get, "/telemetry", Role.Viewer, TelemetryAsync);
        routes.Answer(HttpMethods.Get, "/collections/{collection}/optimizations", Role.Viewer, OptimizationsAsync);
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

    // Without the counts of requests: those are at /metrics, by route.
    private async Task<Action<Utf8JsonWriter>> TelemetryAsync(QdrantCall call)
    {
        var names = await collections.Value.ListAsync(call.Caller, call.Aborted);
        return json =>
        {
            json.WriteStartObject();
            json.WriteString("id"u8, "orrery"u8);
            json.WriteStartObject("app"u8);
            json.WriteString("name"u8, "orrery"u8);
            json.WriteStartObject("features"u8);
            // A build of Qdrant that delays operations for its own tests.
            json.WriteBoolean("staging"u8, false);
            json.WriteEndObject();
            json.WriteEndObject();
            json.WriteStartObject("collections"u8);
            json.WriteNumber("number_of_collections"u8, names.Count);
            json.WriteEndObject();
            json.WriteStartObject("cluster"u8);
            json.WriteBoolean("enabled"u8, false);
            json.WriteEndObject();
            json.WriteEndObject();
        };
    }

    private async Task<Action<Utf8JsonWriter>> OptimizationsAsync(QdrantCall call)
    {
        var state = (await collections.Value.OpenAsync(call.Caller, call.Collection, call.Aborted)).State();
        var with = call.Http.Request.Query["with"].ToString().Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        return json =>
        {
            json.WriteStartObject();
            json.WriteStartObject("summary"u8);
            json.WriteNumber("queued_optimizations"u8, 0);
            json.WriteNumber("queued_segments"u8, 0);
            json.WriteNumber("queued_points"u8, 0);
            json.WriteNumber("idle_segments"u8, state.IsIndexing ? 0 : 1);
            json.WriteEndObject();
            Empty("running");
            foreach (var list in with.Where(list => list is "queued" or "completed"))
                Empty(list);
            if (with.Contains("idle_segments"))
            {
                json.WriteStartArray("idle_segments"u8);
                if (!state.IsIndexing)
                {
                    json.WriteStartObject();
                    json.WriteString("uuid"u8, Guid.Empty);
                    json.WriteNumber("points_count"u8, state.Points);
                    json.WriteEndObject();
                }

                json.WriteEndArray();
            }

            json.WriteEndObject();

            void Empty(string name)
            {
                json.WriteStartArray(name);
                json.WriteEndArray();
            }
        };
    }

    private async Task<Action<Utf8JsonWriter>> ShardsAsync(QdrantCall call)
    {
        var shards = (await collections.Value.OpenAsync(call.Caller, call.Collection, call.Aborted)).State().Shards;
        return json =>
        {
            json.WriteStartObject();
            json.WriteNumber("peer_id"u8, 1);
            json.WriteNumber("shard_count"u8, shards.Count);
            json.WriteStartArray("local_shards"u8);
            for (var shard = 0; shard < shards.Count; shard++)
            {
                json.WriteStartObject();
                json.WriteNumber("shard_id"u8, shard);
                json.WriteNumber("points_count"u8, shards[shard]);
                json.WriteString("state"u8, "Active"u8);
                json.WriteEndObject();
            }

            json.WriteEndArray();
            json.WriteStartArray("remote_shards"u8);
            json.WriteEndArray();
            json.WriteStartArray("shard_transfers"u8);
            json.WriteEndArray();
            json.WriteEndObject();
        };
    }
}
