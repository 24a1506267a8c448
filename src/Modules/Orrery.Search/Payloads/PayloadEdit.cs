using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;
using Orrery.Search.Filters;

namespace Orrery.Search.Payloads;

/// <summary>Changes of payloads. Numbers that nobody touches keep the digits that they came with.</summary>
internal static class PayloadEdit
{
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The payload with the members of <paramref name="patch"/>, at its root or at the objects that a path names.</summary>
    public static byte[] Set(byte[]? payload, ReadOnlyMemory<byte> patch, PayloadPath? at)
    {
        var root = Read(payload);
        var members = Read(patch.ToArray());
        if (at is null)
            Merge(root, members);
        else
            SetAt(root, at.Steps, members);
        return Write(root);
    }

    /// <summary>The payload without what the paths name; null where nothing is left of a payload that had nothing else.</summary>
    public static byte[] Delete(byte[] payload, IReadOnlyList<PayloadPath> paths)
    {
        var root = Read(payload);
        foreach (var path in paths)
            DeleteAt(root, path.Steps);
        return Write(root);
    }

    private static void Merge(JsonObject target, JsonObject members)
    {
        foreach (var (name, value) in members)
            target[name] = value?.DeepClone();
    }

    private static void SetAt(JsonNode? node, IReadOnlyList<PathStep> steps, JsonObject members)
    {
        if (steps.Count == 0)
        {
            if (node is JsonObject target)
                Merge(target, members);
            return;
        }

        var rest = steps.Skip(1).ToList();
        switch (steps[0])
        {
            case { Key: { } key } when node is JsonObject parent:
                // What is not there is made, and what is no object gives way to one.
                var next = rest is [{ Key: null }, ..];
                if (next ? parent[key] is not JsonArray : parent[key] is not JsonObject)
                    parent[key] = next ? new JsonArray() : new JsonObject();
                SetAt(parent[key], rest, members);
                break;
            case { Index: { } index } when node is JsonArray array && index < array.Count:
                if (rest.Count == 0 && array[index] is not JsonObject)
                    array[index] = new JsonObject();
                SetAt(array[index], rest, members);
                break;
            case { Key: null, Index: null } when node is JsonArray array:
                for (var i = 0; i < array.Count; i++)
                {
                    if (rest.Count == 0 && array[i] is not JsonObject)
                        array[i] = new JsonObject();
                    SetAt(array[i], rest, members);
                }

                break;
        }
    }

    private static void DeleteAt(JsonNode? node, IReadOnlyList<PathStep> steps)
    {
        var last = steps.Count == 1;
        var rest = steps.Skip(1).ToList();
        switch (steps[0])
        {
            case { Key: { } key } when node is JsonObject parent:
                if (last)
                    parent.Remove(key);
                else
                    DeleteAt(parent[key], rest);
                break;
            case { Index: { } index } when node is JsonArray array && index < array.Count:
                if (last)
                    array.RemoveAt(index);
                else
                    DeleteAt(array[index], rest);
                break;
            case { Key: null, Index: null } when node is JsonArray array:
                if (last)
                    array.Clear();
                else
                {
                    foreach (var element in array)
                        DeleteAt(element, rest);
                }

                break;
        }
    }

    private static JsonObject Read(byte[]? payload)
    {
        try
        {
            return payload is null ? [] : JsonNode.Parse(payload) as JsonObject ?? throw new InvalidException("Expected a JSON object as payload.");
        }
        catch (JsonException error)
        {
            throw new InvalidException($"Expected a JSON object as payload: {error.Message}", error);
        }
    }

    private static byte[] Write(JsonObject root)
    {
        var bytes = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Writing))
            root.WriteTo(writer);
        return bytes.WrittenSpan.ToArray();
    }
}
