using System.Text.Json.Serialization;

namespace Orrery.Client;

/// <summary>Vectors of texts, one each in their order.</summary>
public sealed record TextEmbeddings(string Model, IReadOnlyList<float[]> Vectors, long Tokens);

/// <summary>Language models behind routes. Chats are for OpenAI's own clients: they speak to this server's <c>/v1</c>.</summary>
public sealed class GatewayClient
{
    private readonly OrreryClient _client;

    internal GatewayClient(OrreryClient client) => _client = client;

    /// <summary>Embeds texts by a route; the built-in model is <c>sentence-encoder</c>.</summary>
    public async Task<TextEmbeddings> EmbedAsync(string model, IReadOnlyList<string> texts, int? dimensions = null, CancellationToken cancellationToken = default)
    {
        var answer = await _client.PostAsync<Embeddings>("/v1/embeddings", new { model, input = texts, dimensions }, cancellationToken).ConfigureAwait(false);
        return new(answer.Model, [.. answer.Data.OrderBy(one => one.Index).Select(one => one.Embedding)], answer.Usage.TotalTokens);
    }

    private sealed record Embeddings(string Model, IReadOnlyList<Embedded> Data, Used Usage);

    private sealed record Embedded(int Index, float[] Embedding);

    private sealed record Used([property: JsonPropertyName("total_tokens")] long TotalTokens);
}
