using System.Text.Json.Nodes;
using Orrery.Gateway.Calls;
using Orrery.Gateway.Routes;

namespace Orrery.Gateway.Providers;

/// <summary>Somebody who answers requests in OpenAI's form.</summary>
internal interface IProvider
{
    /// <summary>Asks for a whole answer.</summary>
    /// <exception cref="ProviderFault">It gave none.</exception>
    Task<JsonObject> AskAsync(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken);

    /// <summary>Asks for an answer in parts, the last of them with its usage. A fault comes with the first part or amid them.</summary>
    /// <exception cref="ProviderFault">It gave none, or broke off.</exception>
    IAsyncEnumerable<JsonObject> StreamAsync(TargetSpec target, GatewayRequest request, CancellationToken cancellationToken);
}

/// <summary>What a fault of a provider means for the request.</summary>
internal enum FaultKind
{
    /// <summary>The request itself is wrong: nobody else is asked.</summary>
    Refused,
    /// <summary>Too many requests: later, or another.</summary>
    Limited,
    /// <summary>It may pass: again, or another.</summary>
    Passing,
    /// <summary>It stays (a wrong key, an unknown model): another.</summary>
    Lasting,
}

/// <summary>A provider gave no answer that can be used. The message is for the caller and holds no key.</summary>
internal sealed class ProviderFault(FaultKind kind, string message, Exception? inner = null) : Exception(message, inner)
{
    public FaultKind Kind { get; } = kind;
}
