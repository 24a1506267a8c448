using System.Buffers.Binary;
using System.Text;
using System.Text.Json.Nodes;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;

namespace Orrery.Gateway.Responses;

/// <summary>A response that is kept.</summary>
/// <param name="Response">As clients read it.</param>
/// <param name="Input">What this request brought.</param>
/// <param name="Context">All items before the answer, those of earlier responses among them: what a next request goes on from, with the answer.</param>
internal sealed record StoredResponse(JsonObject Response, JsonArray Input, JsonArray Context)
{
    /// <summary>What a next request goes on from.</summary>
    public JsonArray Conversation() => [.. Context.Select(item => item!.DeepClone()), .. Response["output"]!.AsArray().Select(item => item!.DeepClone())];
}

/// <summary>
/// Responses by workspace and id, durable, for thirty days as OpenAI keeps them. An entry is eight bytes with the time at which it ends (milliseconds since 1970) and JSON; ended ones
/// are removed when they are met, and all of them once a day.
/// </summary>
internal sealed class ResponseStore(IKeyValueStore store, TimeProvider time)
{
    private const int HeaderLength = 8;
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);
    private static readonly TimeSpan SweepEvery = TimeSpan.FromDays(1);

    private long _nextSweep;

    public async Task<StoredResponse?> FindAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        var entry = (await Space.GetManyAsync([Key(caller, id)], cancellationToken))[0];
        return entry is not null && End(entry) > Now() && JsonNode.Parse(entry.AsSpan(HeaderLength)) is JsonObject content
            ? new(content["response"]!.AsObject(), content["input"]!.AsArray(), content["context"]!.AsArray())
            : null;
    }

    public async Task KeepAsync(Caller caller, StoredResponse stored, CancellationToken cancellationToken)
    {
        var content = new JsonObject { ["response"] = stored.Response.DeepClone(), ["input"] = stored.Input.DeepClone(), ["context"] = stored.Context.DeepClone() };
        var json = Encoding.UTF8.GetBytes(content.ToJsonString());
        var entry = new byte[HeaderLength + json.Length];
        BinaryPrimitives.WriteInt64LittleEndian(entry, Now() + (long)Kept.TotalMilliseconds);
        json.CopyTo(entry, HeaderLength);
        await Space.WriteAsync(new KeyValueBatch().PutOwned(Key(caller, stored.Response["id"]!.ToString()), entry), Durability.Durable, cancellationToken);
        await SweepAsync(cancellationToken);
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken) =>
        Space.WriteAsync(new KeyValueBatch().Delete(Key(caller, id)), Durability.Durable, cancellationToken);

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        var (due, now) = (Interlocked.Read(ref _nextSweep), Now());
        if (now < due || Interlocked.CompareExchange(ref _nextSweep, now + (long)SweepEvery.TotalMilliseconds, due) != due)
            return;
        var ended = new KeyValueBatch();
        await foreach (var (key, entry) in Space.ScanAsync(default, cancellationToken: cancellationToken))
        {
            if (End(entry) <= now)
                ended.Delete(key);
        }

        if (ended.Entries.Count > 0)
            await Space.WriteAsync(ended, Durability.Relaxed, cancellationToken);
    }

    private static long End(byte[] entry) => entry.Length >= HeaderLength ? BinaryPrimitives.ReadInt64LittleEndian(entry) : 0;

    // Workspaces hold no zero.
    private static byte[] Key(Caller caller, string id) => Encoding.UTF8.GetBytes($"{caller.Workspace}\0{id}");

    private IKeyValueSpace Space => store.Space("gateway-responses");

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
