using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;
using Orrery.Serving.Canaries;

namespace Orrery.Serving.Endpoints;

/// <summary>
/// Tells the rest of the house what an endpoint did: the alias <c>champion</c>, the lineage graph, the alerts. Each of it may be said again after a crash.
/// </summary>
internal sealed class Announcements(IAssets assets, ILineage lineage, ISignalLog signals, TimeProvider time)
{
    /// <summary>The alias of the version that an endpoint of the model serves.</summary>
    public const string ChampionAlias = "champion";

    public async Task ServesAsync(Caller caller, string endpoint, AssetVersion version, CancellationToken cancellationToken)
    {
        var now = await assets.FindAsync(caller, new(version.Kind, version.Name, Alias: ChampionAlias), cancellationToken);
        try
        {
            if (now?.Id != version.Id)
                await assets.SetAliasAsync(caller, version.Ref, ChampionAlias, cancellationToken);
        }
        catch (PreconditionFailedException)
        {
            // The alias is protected and stays where it is; what an endpoint serves is decided by its own deployment, which is in force already.
        }

        await lineage.LinkAsync(caller, LineageNodeId.Of(version.Id), LineageNodeId.Endpoint(endpoint), "serves", cancellationToken);
    }

    public Task ChallengesAsync(Caller caller, string endpoint, AssetVersion version, CancellationToken cancellationToken) =>
        lineage.LinkAsync(caller, LineageNodeId.Of(version.Id), LineageNodeId.Endpoint(endpoint), "challenges", cancellationToken);

    public async Task CanaryEndedAsync(string workspace, string endpoint, CanaryStatus canary, CancellationToken cancellationToken)
    {
        var schema = AlertStream.Schema;
        var kind = canary.State switch
        {
            CanaryState.Promoted => "canary-promoted",
            CanaryState.RolledBack => "canary-rolled-back",
            CanaryState.Undecided => "canary-undecided",
            _ => null,
        };
        if (kind is null)
            return;
        var alert = new SignalBatch(schema).Add(canary.EndedAt ?? time.GetUtcNow(), canary.Id)
            .Set(schema.Ordinal(AlertStream.Workspace), workspace)
            .Set(schema.Ordinal(AlertStream.Source), endpoint)
            .Set(schema.Ordinal(AlertStream.Endpoint), endpoint)
            .Set(schema.Ordinal(AlertStream.Kind), kind)
            .Set(schema.Ordinal(AlertStream.Measure), canary.Metric.ToString())
            .Set(schema.Ordinal(AlertStream.Value), canary.ChallengerLoss)
            .Set(schema.Ordinal(AlertStream.Threshold), canary.ChampionLoss)
            .Set(schema.Ordinal(AlertStream.Message), $"{endpoint}: version {canary.Challenger} against {canary.Champion}: {canary.Reason}.");
        await signals.Open(AlertStream.Name, schema).AppendAsync(alert, cancellationToken);
    }
}
