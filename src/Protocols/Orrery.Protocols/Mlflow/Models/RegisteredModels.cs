using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Search;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>Finds what MLflow's clients call registered models: they have one space of names for models and prompts, where we have two.</summary>
internal sealed class RegisteredModels(IServiceProvider services)
{
    private static readonly AssetKind[] Kinds = [AssetKind.Model, AssetKind.Prompt];

    private readonly Lazy<IAssets> _assets = new(services.GetRequiredService<IAssets>);
    private readonly Lazy<IAssetSearch> _search = new(services.GetRequiredService<IAssetSearch>);

    public IAssets Assets => _assets.Value;

    public async Task<Asset?> FindAsync(Caller caller, string name, CancellationToken cancellationToken)
    {
        foreach (var kind in Named(name))
        {
            if (await Assets.FindAssetAsync(caller, kind, name, cancellationToken) is { } asset)
                return asset;
        }

        return null;
    }

    public async Task<Asset> GetAsync(Caller caller, string name, CancellationToken cancellationToken) => await FindAsync(caller, name, cancellationToken)
        ?? throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Registered Model with name={name} not found");

    public async Task<AssetVersion> GetVersionAsync(Caller caller, string name, int version, CancellationToken cancellationToken)
    {
        foreach (var kind in Named(name))
        {
            if (await Assets.FindAsync(caller, new AssetRef(kind, name, version), cancellationToken) is { } found)
                return found;
        }

        throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Model Version (name={name}, version={version}) not found");
    }

    /// <summary>The version that an alias points at.</summary>
    public async Task<AssetVersion> GetByAliasAsync(Caller caller, string name, string alias, CancellationToken cancellationToken)
    {
        var model = await GetAsync(caller, name, cancellationToken);
        var latest = alias.Equals("latest", StringComparison.OrdinalIgnoreCase);
        return await Assets.FindAsync(caller, new AssetRef(model.Kind, name, Alias: latest ? null : alias), cancellationToken)
            ?? throw (latest
                ? new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Latest version not found for model {name}.")
                : MlflowException.Invalid($"Registered model alias {alias} not found."));
    }

    /// <summary>The newest version in a stage.</summary>
    public async Task<AssetVersion> LatestInStageAsync(Caller caller, string name, VersionStage stage, CancellationToken cancellationToken)
    {
        var model = await GetAsync(caller, name, cancellationToken);
        var latest = await _search.Value.LatestByStageAsync(caller, [model.Id], cancellationToken);
        return latest[model.Id].FirstOrDefault(version => version.Stage == stage)
            ?? throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"No versions of model with name '{name}' and stage '{stage}' found");
    }

    // A text that can name no asset names none.
    private static AssetKind[] Named(string name) => AssetRef.IsName(name) ? Kinds : [];
}
