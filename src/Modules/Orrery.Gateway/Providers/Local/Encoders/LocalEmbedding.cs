using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Routes;
using Orrery.Kernel;

namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>Vectors of texts by a model in this process, in OpenAI's form.</summary>
internal sealed class LocalEmbedding(LocalEncoders encoders)
{
    public JsonObject Answer(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken)
    {
        var texts = Texts(request.Body["input"]);
        var encoder = encoders.Open(target.Model);
        if (encoder.IsCrossEncoder)
            throw new ProviderFault(FaultKind.Lasting, $"The local model '{target.Model}' judges pairs (/v1/rerank) and embeds nothing.");
        var width = (int)new Fields(request.Body).Number("dimensions", 1, encoder.Width, encoder.Width);
        var isBase64 = new Fields(request.Body).Text("encoding_format") == "base64";
        var encoded = encoder.Embed(texts, cancellationToken);
        return new JsonObject
        {
            ["object"] = "list",
            ["data"] = new JsonArray([.. encoded.Vectors.Select((vector, index) => (JsonNode)new JsonObject { ["object"] = "embedding", ["index"] = index, ["embedding"] = Write(Shortened(vector, width), isBase64) })]),
            ["model"] = target.Model,
            ["usage"] = new JsonObject { ["prompt_tokens"] = encoded.Tokens, ["total_tokens"] = encoded.Tokens },
        };
    }

    private static string[] Texts(JsonNode? input) => input switch
    {
        JsonValue value when value.GetValueKind() == JsonValueKind.String => [value.GetValue<string>()],
        JsonArray array when array.All(item => item?.GetValueKind() == JsonValueKind.String) => [.. array.Select(item => item!.GetValue<string>())],
        _ => throw new InvalidException("A local model embeds texts: 'input' must be a string or an array of strings, and no tokens."),
    };

    /// <summary>The first components, with length 1 again, as OpenAI's models shorten theirs.</summary>
    private static float[] Shortened(float[] vector, int width) => width == vector.Length ? vector : VectorLength.One(vector[..width]);

    private static JsonNode Write(float[] vector, bool isBase64) =>
        isBase64 ? JsonValue.Create(Convert.ToBase64String(MemoryMarshal.AsBytes(vector.AsSpan()))) : new JsonArray([.. vector.Select(value => (JsonNode)value)]);
}
