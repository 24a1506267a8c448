using System.Text.Json.Nodes;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Gateway.Calls;

/// <summary>What a model is asked for.</summary>
public enum GatewayOperation
{
    /// <summary>The next message of a conversation.</summary>
    Chat,
    /// <summary>The text after a text.</summary>
    Completion,
    /// <summary>Vectors of texts.</summary>
    Embedding,
    /// <summary>Documents in the order in which they answer a query (Cohere's and Jina's form).</summary>
    Ranking,
    /// <summary>Whether texts are harmful.</summary>
    Moderation,
}

/// <summary>A request in OpenAI's form.</summary>
/// <param name="Operation">What is asked for.</param>
/// <param name="Route">The model's name, which is a route's.</param>
/// <param name="Body">The body as OpenAI's API has it; never changed.</param>
/// <param name="IsStreamed">The answer is wanted in parts.</param>
public sealed record GatewayRequest(GatewayOperation Operation, string Route, JsonObject Body, bool IsStreamed)
{
    /// <summary>What it is for, in the report of usage; empty where nobody says.</summary>
    public string Feature { get; init; } = "";
}

/// <summary>An answer in OpenAI's form: whole or in parts.</summary>
/// <param name="Whole">The answer; null where it comes in parts.</param>
/// <param name="Parts">
/// The parts, to be read once; null where it is whole. Reading may throw <see cref="OrreryException"/>, when the provider breaks off or a budget ends.
/// </param>
/// <param name="Target">Who answered: <c>openAi/gpt-4o</c>; <c>cache</c> where nobody had to.</param>
public sealed record GatewayReply(JsonObject? Whole, IAsyncEnumerable<JsonObject>? Parts, string Target)
{
    /// <summary>A soft budget that is used up, in words; null where none is.</summary>
    public string? Warning { get; init; }
}

/// <summary>A route that can be called.</summary>
/// <param name="Name">The model's name for callers.</param>
/// <param name="DeclaredAt">When its latest version was declared.</param>
public sealed record RouteSummary(string Name, DateTimeOffset DeclaredAt);

/// <summary>Language models behind routes: tries targets in order, keeps budgets, counts tokens. Thread-safe.</summary>
public interface IGateway
{
    /// <summary>The routes of the caller's workspace.</summary>
    Task<IReadOnlyList<RouteSummary>> RoutesAsync(Caller caller, CancellationToken cancellationToken = default);

    /// <summary>Asks.</summary>
    /// <exception cref="NotFoundException">There is no such route.</exception>
    /// <exception cref="InvalidException">The provider says that the request is wrong.</exception>
    /// <exception cref="QuotaExceededException">A budget is used up, or every provider limits the rate.</exception>
    /// <exception cref="UnavailableException">No target answered.</exception>
    Task<GatewayReply> AskAsync(Caller caller, GatewayRequest request, CancellationToken cancellationToken = default);
}
