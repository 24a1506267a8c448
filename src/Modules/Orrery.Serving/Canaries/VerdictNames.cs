using Orrery.Kernel;
using Orrery.Ledger.Lineage;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;
using Orrery.Serving.Storage;

namespace Orrery.Serving.Canaries;

/// <summary>Names the alerts that tell how canaries came out: <c>canary v3: promoted</c>, at its endpoint.</summary>
internal sealed class VerdictNames(EndpointStore store) : ISignalNames
{
    public string Stream => AlertStream.Name;

    public async Task<IReadOnlyDictionary<string, SignalName>> FindAsync(Caller caller, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default) =>
        (await store.CanariesAsync(caller.Workspace, ids, cancellationToken)).ToDictionary(
            canary => canary.Id, canary => new SignalName($"canary v{canary.Challenger}: {Word(canary.StateValue)}", $"verdict at {canary.Endpoint}", new(AssetKind.Endpoint, canary.Endpoint)));

    private static string Word(CanaryState state) => state == CanaryState.RolledBack ? "rolled back" : state.ToString().ToLowerInvariant();
}
