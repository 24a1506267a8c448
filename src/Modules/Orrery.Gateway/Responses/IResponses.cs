using System.Text.Json.Nodes;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Gateway.Responses;

/// <summary>What became of a request for a response: itself, or its events.</summary>
/// <param name="Whole">The response; null where it comes as events.</param>
/// <param name="Events">Events in OpenAI's form, the type among their members; to be read once.</param>
/// <param name="Target">Who answers.</param>
public sealed record ResponseReply(JsonObject? Whole, IAsyncEnumerable<JsonObject>? Events, string Target);

/// <summary>
/// OpenAI's Responses API over routes: conversations that the server keeps, thirty days long. A response belongs to its workspace. Thread-safe.
/// </summary>
public interface IResponses
{
    /// <summary>Asks; <paramref name="feature"/> is what it is for, in the report of usage.</summary>
    /// <exception cref="InvalidException">The request is wrong, or asks for what is not there.</exception>
    /// <exception cref="NotFoundException">There is no such route, or no such response before it.</exception>
    Task<ResponseReply> CreateAsync(Caller caller, JsonObject body, string feature = "", CancellationToken cancellationToken = default);

    /// <summary>A response as it is now.</summary>
    /// <exception cref="NotFoundException">There is none, or it was not to be stored.</exception>
    Task<JsonObject> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>What it was asked, in the order of the request.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<IReadOnlyList<JsonObject>> InputAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Forgets it.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Ends one that runs in the background.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    /// <exception cref="InvalidException">It does not run in the background.</exception>
    Task<JsonObject> CancelAsync(Caller caller, string id, CancellationToken cancellationToken = default);
}
