using System.Buffers;
using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Platform.Access;
using Orrery.Platform.KeyValues;

namespace Orrery.Gateway.Caching;

/// <summary>
/// Answers to requests that came before, word for word the same, by workspace and version of the route. An entry is eight bytes with the time at which it ends (milliseconds
/// since 1970) and the answer; one that has ended is removed when it is met.
/// </summary>
internal sealed class AnswerCache(IKeyValueStore store, TimeProvider time)
{
    private const int HeaderLength = 8;

    public static byte[] Key(Caller caller, int version, GatewayRequest request)
    {
        var body = (JsonObject)request.Body.DeepClone();
        // Who asks and how the answer is brought changes nothing about it.
        foreach (var name in (string[])["user", "metadata", "stream", "stream_options"])
            body.Remove(name);
        return SHA256.HashData(Encoding.UTF8.GetBytes($"{caller.Workspace}\n{request.Route}\n{version}\n{request.Operation}\n{body.ToJsonString()}"));
    }

    public async Task<JsonObject?> FindAsync(byte[] key, CancellationToken cancellationToken)
    {
        var entry = (await Space.GetManyAsync([key], cancellationToken))[0];
        if (entry is null || entry.Length < HeaderLength)
            return null;
        if (BinaryPrimitives.ReadInt64LittleEndian(entry) > Now())
            return JsonNode.Parse(entry.AsSpan(HeaderLength)) as JsonObject;
        await Space.WriteAsync(new KeyValueBatch().Delete(key), Durability.Relaxed, cancellationToken);
        return null;
    }

    public Task KeepAsync(byte[] key, JsonObject answer, TimeSpan duration, CancellationToken cancellationToken)
    {
        var entry = new ArrayBufferWriter<byte>();
        BinaryPrimitives.WriteInt64LittleEndian(entry.GetSpan(HeaderLength), Now() + (long)duration.TotalMilliseconds);
        entry.Advance(HeaderLength);
        entry.Write(Encoding.UTF8.GetBytes(answer.ToJsonString()));
        return Space.WriteAsync(new KeyValueBatch().Put(key, entry.WrittenSpan), Durability.Relaxed, cancellationToken);
    }

    private IKeyValueSpace Space => store.Space("gateway-answers");

    private long Now() => time.GetUtcNow().ToUnixTimeMilliseconds();
}
