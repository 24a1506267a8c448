using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Gateway.Calls;
using Orrery.Kernel;
using Orrery.Search.Texts;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>
/// Puts vectors in the place of texts, <c>{"text": …, "model": "sentence-encoder"}</c>, wherever a request may hold a vector. The model is a route of the gateway, which is asked once
/// for all texts of a model. BM25 is not embedded but counted (<see cref="TextVectors"/>).
/// </summary>
internal static class TextEmbedding
{
    /// <summary>Of one request to the gateway.</summary>
    private const int MostTexts = 1024;

    /// <summary>The document itself where it holds no such text; otherwise another, and this one is disposed of.</summary>
    public static async Task<JsonDocument> ResolveAsync(JsonDocument document, QdrantCall call)
    {
        // Most bodies have no model, and are not looked through twice.
        if (JsonMarshal.GetRawUtf8Value(document.RootElement).IndexOf("\"model\""u8) < 0 || call.Http.RequestServices.GetService<IGateway>() is not { } gateway)
            return document;
        using (document)
        {
            var body = document.RootElement.Deserialize<JsonNode>();
            var found = new List<(JsonObject Text, Action<JsonNode> Put)>();
            Find(body, put: null, found);
            foreach (var model in found.GroupBy(one => (Model: one.Text["model"]!.GetValue<string>(), Options: one.Text["options"]?.ToJsonString())))
            {
                foreach (var texts in model.Chunk(MostTexts))
                    await EmbedAsync(gateway, call, model.Key.Model, texts);
            }

            return JsonSerializer.SerializeToDocument(body);
        }
    }

    private static void Find(JsonNode? node, Action<JsonNode>? put, List<(JsonObject Text, Action<JsonNode> Put)> found)
    {
        if (node is JsonArray items)
        {
            for (var i = 0; i < items.Count; i++)
            {
                var place = i;
                Find(items[i], vector => items[place] = vector, found);
            }
        }
        else if (node is JsonObject members)
        {
            if (put is not null && IsText(members))
            {
                found.Add((members, put));
                return;
            }

            // A payload or a filter may hold what looks like such a text.
            foreach (var name in members.Select(member => member.Key).Where(name => name is not ("payload" or "filter")).ToList())
                Find(members[name], vector => members[name] = vector, found);
        }
    }

    private static bool IsText(JsonObject node) =>
        node["text"]?.GetValueKind() == JsonValueKind.String && node["model"]?.GetValueKind() == JsonValueKind.String
        && !string.Equals(node["model"]!.GetValue<string>(), Bm25.Model, StringComparison.OrdinalIgnoreCase);

    private static async Task EmbedAsync(IGateway gateway, QdrantCall call, string model, (JsonObject Text, Action<JsonNode> Put)[] texts)
    {
        var body = new JsonObject { ["model"] = model, ["input"] = new JsonArray([.. texts.Select(one => one.Text["text"]!.DeepClone())]) };
        // The model's own options, as Qdrant hands them on: dimensions of OpenAI's models.
        foreach (var (name, value) in texts[0].Text["options"] as JsonObject ?? [])
            body.TryAdd(name, value?.DeepClone());
        var reply = await gateway.AskAsync(call.Caller, new(GatewayOperation.Embedding, model, body, IsStreamed: false), call.Aborted);
        var vectors = (reply.Whole!["data"] as JsonArray)?.OrderBy(one => one?["index"]?.GetValue<int>() ?? 0).Select(one => one?["embedding"] as JsonArray).ToList();
        if (vectors is null || vectors.Count != texts.Length || vectors.Contains(null))
            throw new UnavailableException($"The model '{model}' did not answer with a vector for each of {texts.Length} texts.");
        for (var i = 0; i < texts.Length; i++)
            texts[i].Put(vectors[i]!.DeepClone());
    }
}
