using LinqToDB;
using LinqToDB.Async;
using Orrery.Data.Datasets;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Monitoring.Monitors;
using Orrery.Monitoring.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Monitoring.References;

/// <summary>What a window of a model version is compared with.</summary>
/// <param name="Model">The model version; null where the ledger does not know it.</param>
/// <param name="Dataset">The dataset version that the features are compared with.</param>
/// <param name="Features">What it looks like; empty where there is none.</param>
/// <param name="Evaluation">What the model's own evaluation measured, by name: <c>test.logloss</c> …</param>
/// <param name="Note">Why something is missing.</param>
internal sealed record WindowReference(
    AssetVersion? Model, AssetVersion? Dataset, IReadOnlyList<FeatureReference> Features, IReadOnlyDictionary<string, double> Evaluation, string? Note)
{
    public static WindowReference Missing(string note) => new(null, null, [], new Dictionary<string, double>(), note);
}

/// <summary>Finds the reference of a model version, and keeps what a dataset looks like by its content: it never changes.</summary>
internal sealed class ReferenceStore(IAssets assets, IDatasets datasets, IDatabase database, ReferenceQuery query)
{
    public async Task<WindowReference> ForAsync(Caller caller, MonitorSpec spec, long version, CancellationToken cancellationToken)
    {
        AssetVersion? model = null;
        try
        {
            var endpoint = await assets.GetAsync(caller, new AssetRef(AssetKind.Endpoint, spec.Endpoint), cancellationToken);
            model = await assets.GetAsync(caller, new AssetRef(AssetKind.Model, endpoint.Read<Routed>().Model, checked((int)version)), cancellationToken);
            var manifest = model.Read<ModelManifest>();
            var dataset = await OpenAsync(caller, spec, manifest, cancellationToken);
            return dataset is null
                ? new(model, null, [], manifest.Metrics, $"{model.Ref} says nothing of its training set; name a 'reference' in the monitor")
                : new(model, dataset.Version, await FeaturesAsync(dataset, spec.DriftRules.Bins, cancellationToken), manifest.Metrics, null);
        }
        catch (NotFoundException missing)
        {
            return WindowReference.Missing(missing.Message) with { Model = model };
        }
    }

    private Task<Dataset?> OpenAsync(Caller caller, MonitorSpec spec, ModelManifest manifest, CancellationToken cancellationToken) =>
        spec.Reference is { } named ? Nullable(datasets.OpenAsync(caller, named, cancellationToken))
        : manifest.TrainingSet is { } trainedOn ? Nullable(datasets.OpenAsync(caller, trainedOn, cancellationToken))
        : Task.FromResult<Dataset?>(null);

    private static async Task<Dataset?> Nullable(Task<Dataset> dataset) => await dataset;

    private async Task<IReadOnlyList<FeatureReference>> FeaturesAsync(Dataset dataset, int bins, CancellationToken cancellationToken)
    {
        var content = dataset.Version.Digest.ToString();
        var kept = await database.ReadAsync(
            (connection, token) => connection.GetTable<ReferenceRow>().FirstOrDefaultAsync(r => r.Content == content && r.Bins == bins, token), cancellationToken);
        if (kept is not null)
            return WindowRow.Read<List<FeatureReference>>(kept.Features)!;
        var features = await query.RunAsync(dataset, bins, cancellationToken);
        await database.WriteAsync(
            connection => connection.InsertOrReplace(new ReferenceRow { Content = content, Bins = bins, Features = WindowRow.Write(features) }), cancellationToken);
        return features;
    }

    /// <summary>The part of an endpoint's declaration that monitors read; the whole of it is Serving's.</summary>
    private sealed record Routed(string Model);
}
