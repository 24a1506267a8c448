using System.Text.Json;
using Orrery.Search.Points;

namespace Orrery.Protocols.Qdrant.Reading;

/// <summary>Texts in the place of vectors.</summary>
internal static class TextVectors
{
    public static VectorValue Of(JsonElement document) =>
        throw QdrantRefusal.NotImplemented($"the model '{(document.TryGetProperty("model"u8, out var model) ? model.ToString() : "")}' is not served here; send vectors");
}
