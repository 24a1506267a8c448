using System.Text.Json;
using Orrery.Data.Sources;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Models;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Pipelines.Definition;
using Orrery.Platform.Access;
using Orrery.Serving.Endpoints;

namespace Orrery.Web.Loop;

/// <summary>Finds what an endpoint's model comes from: of the server's many datasets, sources and pipelines, those of this loop.</summary>
internal sealed class LoopOrigins(IAssets assets, IRuns runs, IResources resources)
{
    // A training's step in its pipeline's run; a backfill may stand above that.
    private const int MostParents = 4;

    /// <summary>The dataset that the features are made from, else the one that the model was trained on, else the newest.</summary>
    public async Task<AssetVersion?> DatasetAsync(
        Caller caller, AssetVersion? model, IReadOnlyList<Resource<FeatureViewSpec>> views, CancellationToken cancellationToken)
    {
        foreach (var view in views)
        {
            if (await assets.FindAsync(caller, new(AssetKind.Dataset, view.Spec.Source), cancellationToken) is { } source)
                return source;
        }

        if (model is not null && ModelManifest.Of(model)?.TrainingSet is { } trained)
            return await assets.GetAsync(caller, trained, cancellationToken);
        var any = (await assets.ListAsync(caller, AssetKind.Dataset, new(1), cancellationToken)).Items;
        return any is [var newest, ..] ? await assets.FindAsync(caller, new(AssetKind.Dataset, newest.Name), cancellationToken) : null;
    }

    /// <summary>The sources that fill a dataset, and the newest run that did; all sources where there is no dataset yet.</summary>
    public async Task<(IReadOnlyList<string> Sources, Run? Ingest)> SourcesAsync(Caller caller, string? dataset, CancellationToken cancellationToken)
    {
        var sources = await resources.ListAsync<SourceSpec>(caller, AssetKind.Source, cancellationToken);
        var names = sources.Where(source => dataset is null || source.Spec.Dataset == dataset).Select(source => source.Version.Name);
        // The folder of an ingest is its dataset.
        return ([.. names], await NewestAsync(caller, new(Kind: "ingest", Folder: dataset), cancellationToken));
    }

    /// <summary>The pipeline that trained the model, else one that deploys to the endpoint; null where neither is there.</summary>
    public async Task<string?> PipelineAsync(Caller caller, AssetVersion? model, EndpointStatus? endpoint, CancellationToken cancellationToken)
    {
        var next = model?.Run;
        for (var climbed = 0; next is { } id && climbed <= MostParents; climbed++)
        {
            var run = await runs.GetAsync(caller, id, cancellationToken);
            if (run.Kind == "pipeline")
                return run.Name;
            next = run.Parent;
        }

        var pipelines = await resources.ListAsync<PipelineSpec>(caller, AssetKind.Pipeline, cancellationToken);
        return pipelines.FirstOrDefault(pipeline => endpoint is null || pipeline.Spec.Steps.Any(step => DeploysTo(step, endpoint.Name)))?.Version.Name;
    }

    public async Task<Run?> NewestAsync(Caller caller, RunQuery query, CancellationToken cancellationToken) =>
        (await runs.ListAsync(caller, query, new(1), cancellationToken)).Items is [var run, ..] ? run : null;

    private static bool DeploysTo(StepSpec step, string endpoint) =>
        step is { Uses: "deploy", With: { ValueKind: JsonValueKind.Object } with } && with.TryGetProperty("endpoint", out var named) && named.ValueEquals(endpoint);
}
