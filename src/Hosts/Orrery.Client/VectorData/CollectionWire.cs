using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.VectorData;
using Orrery.Kernel;

namespace Orrery.Client.VectorData;

/// <summary>What is said to the server, over the wire that collections have (Qdrant's).</summary>
internal static class CollectionWire
{
    public static string Path(string collection) => $"collections/{Uri.EscapeDataString(collection)}";

    /// <summary>Sends a request; a refusal becomes the exception of the abstractions, with the server's reason.</summary>
    public static async Task<JsonDocument> SendAsync(OrreryClient client, HttpMethod method, string path, JsonObject? body, string? collection, CancellationToken cancellationToken)
    {
        try
        {
            return await client.SendAsync<JsonDocument>(method, path, body is null ? null : JsonContent.Create(body), cancellationToken).ConfigureAwait(false);
        }
        catch (OrreryException error) when (error is not NotFoundException and not ConflictException)
        {
            throw new VectorStoreException(error.Message, error) { VectorStoreSystemName = OrreryVectorStore.SystemName, CollectionName = collection, OperationName = $"{method} {path}" };
        }
    }

    public static async Task<bool> ExistsAsync(OrreryClient client, string collection, CancellationToken cancellationToken)
    {
        using var answer = await SendAsync(client, HttpMethod.Get, Path(collection) + "/exists", null, collection, cancellationToken).ConfigureAwait(false);
        return answer.RootElement.GetProperty("result").GetProperty("exists").GetBoolean();
    }

    public static async Task DeleteAsync(OrreryClient client, string collection, CancellationToken cancellationToken)
    {
        try
        {
            using var _ = await SendAsync(client, HttpMethod.Delete, Path(collection), null, collection, cancellationToken).ConfigureAwait(false);
        }
        catch (NotFoundException)
        {
            // It is gone, as was asked.
        }
    }
}
