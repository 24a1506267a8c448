using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Routes;

namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>
/// Documents in the order in which they answer a query, in the form that Cohere and Jina share. A cross-encoder reads query and document together; another encoder compares their
/// vectors, (1 + cosine) / 2, which is quicker and coarser.
/// </summary>
internal sealed class LocalRanking(LocalEncoders encoders)
{
    public JsonObject Answer(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken)
    {
        var query = request.Body["query"]!.GetValue<string>();
        string[] documents = [.. request.Body["documents"]!.AsArray().Select(Text)];
        var encoder = encoders.Open(target.Model);
        var scored = encoder.IsCrossEncoder ? encoder.Score(query, documents, cancellationToken) : Compare(encoder, query, documents, cancellationToken);
        var most = (int)new Fields(request.Body).Number("top_n", 1, int.MaxValue, int.MaxValue);
        var returns = new Fields(request.Body).Flag("return_documents");
        var results = scored.Scores.Select((score, index) => (Score: score, Index: index)).OrderByDescending(one => one.Score).ThenBy(one => one.Index).Take(most).Select(one =>
        {
            var result = new JsonObject { ["index"] = one.Index, ["relevance_score"] = one.Score };
            if (returns)
                result["document"] = new JsonObject { ["text"] = documents[one.Index] };
            return (JsonNode)result;
        });
        return new JsonObject
        {
            ["id"] = Guid.CreateVersion7().ToString(),
            ["object"] = "list",
            ["model"] = target.Model,
            ["results"] = new JsonArray([.. results]),
            ["usage"] = new JsonObject { ["prompt_tokens"] = scored.Tokens, ["total_tokens"] = scored.Tokens },
            ["meta"] = new JsonObject { ["api_version"] = new JsonObject { ["version"] = "2" }, ["billed_units"] = new JsonObject { ["search_units"] = 1 } },
        };
    }

    private static EncodedScores Compare(ITextEncoder encoder, string query, string[] documents, CancellationToken cancellationToken)
    {
        var encoded = encoder.Embed([query, .. documents], cancellationToken);
        return new([.. encoded.Vectors.Skip(1).Select(vector => (1 + VectorLength.Cosine(encoded.Vectors[0], vector)) / 2)], encoded.Tokens);
    }

    /// <summary>Checked before: a text, or an object with one.</summary>
    private static string Text(JsonNode? document) => (document as JsonObject)?["text"]?.GetValue<string>() ?? document!.GetValue<string>();
}
