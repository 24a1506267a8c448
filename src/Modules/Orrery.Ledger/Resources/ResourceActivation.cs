using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Workspaces;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Resources;

/// <summary>
/// At start, tells each kind of resource about the latest version of every resource, in the order of their references, before the server
/// takes requests. One that fails is logged and left out: a broken monitor must not keep the models from being served.
/// </summary>
internal sealed partial class ResourceActivation(
    IDatabase database, IWorkspaces workspaces, ResourceStore resources, ResourceKinds kinds, SpecBases bases,
    ILogger<ResourceActivation> logger) : IHostedService
{
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await database.IsNewAsync(cancellationToken))
            return;
        for (string? next = null; ;)
        {
            var page = await workspaces.ListAsync(new(PageRequest.MaxLimit, next), cancellationToken);
            foreach (var workspace in page.Items)
                await ActivateAsync(Caller.System("ledger", workspace.Name), cancellationToken);
            if ((next = page.Next) is null)
                return;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task ActivateAsync(Caller caller, CancellationToken cancellationToken)
    {
        var found = new Dictionary<AssetRef, (AssetVersion Version, IResourceKind Kind, object Spec)>();
        foreach (var kind in kinds.All)
        {
            foreach (var version in await resources.LatestAsync(caller, kind.Kind, cancellationToken))
            {
                if (await bases.BindAsync(caller, kind, version, cancellationToken) is { } spec)
                    found[new(version.Kind, version.Name)] = (version, kind, spec);
                else
                    NotUnderstood(version.Ref.ToString());
            }
        }

        var references = found.ToDictionary(
            pair => pair.Key,
            pair => (IReadOnlyList<AssetRef>)[.. pair.Value.Kind.References(pair.Value.Spec).Select(reference => new AssetRef(reference.Kind, reference.Name))]);
        foreach (var node in ReferenceOrder.Of(references) is { Cycle: null } sorted ? sorted.Order : [.. found.Keys])
        {
            var (version, kind, spec) = found[node];
            try
            {
                await kind.AppliedAsync(caller, version, spec, cancellationToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                NotActivated(error, version.Ref.ToString(), caller.Workspace);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Resource} of workspace {Workspace} could not be put in force; apply it again once the reason is gone")]
    private partial void NotActivated(Exception error, string resource, string workspace);

    [LoggerMessage(Level = LogLevel.Error, Message = "The spec of {Resource} was written by another version of Orrery and is not understood; apply it again")]
    private partial void NotUnderstood(string resource);
}
