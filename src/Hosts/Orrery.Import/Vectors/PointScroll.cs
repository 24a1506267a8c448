using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Orrery.Import.Vectors;

/// <summary>Reads all points of a collection, page by page, over Qdrant's wire.</summary>
public static class PointScroll
{
    /// <summary>The pages, each an array of points that is valid until the next is asked for.</summary>
    /// <param name="send">Sends a scroll's body and gives its answer.</param>
    /// <param name="request">The body; the offset is filled in.</param>
    /// <param name="cancellationToken">Looked at between two pages.</param>
    public static async IAsyncEnumerable<JsonElement> PagesAsync(Func<JsonObject, Task<JsonDocument>> send, JsonObject request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(send);
        ArgumentNullException.ThrowIfNull(request);
        bool more;
        do
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var answer = await send(request);
            if (!answer.RootElement.TryGetProperty("result", out var result))
                throw new Kernel.InvalidException("The server did not answer as Qdrant does: its answer has no result.");
            yield return result.GetProperty("points");
            more = result.TryGetProperty("next_page_offset", out var next) && next.ValueKind is JsonValueKind.Number or JsonValueKind.String;
            request["offset"] = more ? JsonNode.Parse(next.GetRawText()) : null;
        }
        while (more);
    }
}
