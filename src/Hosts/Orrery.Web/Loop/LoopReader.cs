using Orrery.Data.Datasets;
using Orrery.Features.Services;
using Orrery.Features.Streaming;
using Orrery.Features.Views;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Gates;
using Orrery.Ledger.Models;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Monitoring.Alerts;
using Orrery.Monitoring.Monitors;
using Orrery.Pipelines;
using Orrery.Platform.Access;
using Orrery.Serving.Endpoints;
using Orrery.Web.Parts;

namespace Orrery.Web.Loop;

/// <summary>Reads how each station of the loop stands, beginning at the endpoint and following what it names.</summary>
internal sealed class LoopReader(
    IAssets assets, IRuns runs, IResources resources, LoopOrigins origins, IGates gates, IFeatureStream features, IEndpoints endpoints, IMonitors monitors,
    IPipelines pipelines)
{
    private static readonly PageRequest Newest = new(1);

    public async Task<LoopState> ReadAsync(Caller caller, string? wanted, CancellationToken cancellationToken)
    {
        var all = await endpoints.ListAsync(caller, cancellationToken);
        var endpoint = all.FirstOrDefault(e => e.Name == wanted) ?? all.FirstOrDefault(e => e.Champion is not null) ?? (all.Count > 0 ? all[0] : null);
        var spec = endpoint is null ? null : (await resources.GetAsync<EndpointSpec>(caller, new(AssetKind.Endpoint, endpoint.Name), cancellationToken)).Spec;
        var model = await ModelAsync(caller, endpoint, cancellationToken);
        var manifest = model is null ? null : ModelManifest.Of(model);
        var service = spec?.Features ?? manifest?.FeatureService;
        var views = await ViewsAsync(caller, service, cancellationToken);
        var monitor = (await monitors.ListAsync(caller, cancellationToken)).FirstOrDefault(m => m.Spec.Endpoint == endpoint?.Name);
        var alert = (await monitors.AlertsAsync(caller, new(Endpoint: endpoint?.Name), Newest, cancellationToken)).Items is [var first, ..] ? first : null;
        var dataset = await origins.DatasetAsync(caller, model, views, cancellationToken);
        IReadOnlyList<Station> stations =
        [
            await SourceAsync(caller, dataset, cancellationToken),
            Dataset(dataset),
            await FeaturesAsync(caller, service, views, cancellationToken),
            await TrainingAsync(caller, model, cancellationToken),
            Model(model, manifest, endpoint),
            await GateAsync(caller, spec, model, cancellationToken),
            Endpoint(endpoint),
            Prediction(endpoint, monitor),
            Label(monitor),
            Monitor(monitor),
            Alert(alert, monitor),
            await PipelineAsync(caller, model, endpoint, cancellationToken),
        ];
        var auc = manifest?.Metrics.GetValueOrDefault("test.auc", double.NaN) ?? double.NaN;
        return new(
            endpoint?.Name, [.. all.Select(e => e.Name)], model is null ? "no model yet" : $"{model.Name} v{model.Number}",
            double.IsFinite(auc) ? $"AUC {Numbers.Metric(auc)}" : model is null ? "orrery demo" : endpoint?.Champion is null ? "registered" : "answers", stations, stations.All(s => s.Tone == Tone.Quiet));
    }

    private async Task<AssetVersion?> ModelAsync(Caller caller, EndpointStatus? endpoint, CancellationToken cancellationToken)
    {
        if (endpoint?.Champion is { } champion)
            return await assets.GetAsync(caller, champion.Id, cancellationToken);
        var name = endpoint?.Model ?? ((await assets.ListAsync(caller, AssetKind.Model, Newest, cancellationToken)).Items is [var first, ..] ? first.Name : null);
        return name is null ? null : await assets.FindAsync(caller, new(AssetKind.Model, name), cancellationToken);
    }

    private async Task<IReadOnlyList<Resource<FeatureViewSpec>>> ViewsAsync(Caller caller, string? service, CancellationToken cancellationToken)
    {
        var views = await resources.ListAsync<FeatureViewSpec>(caller, AssetKind.FeatureView, cancellationToken);
        if (service is null || await assets.FindAsync(caller, new(AssetKind.FeatureService, service), cancellationToken) is not { } version)
            return views;
        var names = version.Read<FeatureServiceSpec>().Features.Select(f => f.View).ToHashSet(StringComparer.Ordinal);
        return [.. views.Where(view => names.Contains(view.Version.Name))];
    }

    private async Task<Station> SourceAsync(Caller caller, AssetVersion? dataset, CancellationToken cancellationToken)
    {
        var (sources, ingest) = await origins.SourcesAsync(caller, dataset?.Name, cancellationToken);
        if (sources.Count == 0 && ingest is null)
            return new("Source", "none yet", "declare one in YAML", "/datasets");
        var added = ingest?.Metrics.GetValueOrDefault("rows.added", double.NaN) ?? double.NaN;
        return new(
            "Source", Named(sources, "sources"),
            ingest is null ? "nothing ingested yet" : double.IsFinite(added) ? $"last file: {Numbers.Count((long)added)} rows" : Word(ingest.Status),
            ingest is null ? "/datasets" : Links.Run(ingest.Id), ingest is null ? Tone.Quiet : Tones.Of(ingest.Status));
    }

    private static Station Dataset(AssetVersion? version) => version is null
        ? new("Dataset", "none yet", "orrery ingest", "/datasets")
        : new("Dataset", $"{version.Name} v{version.Number}", $"{Numbers.Count(version.Read<DatasetManifest>().Rows)} rows", Links.Asset(new(AssetKind.Dataset, version.Name)), Tone.Good);

    private async Task<Station> FeaturesAsync(
        Caller caller, string? service, IReadOnlyList<Resource<FeatureViewSpec>> views, CancellationToken cancellationToken)
    {
        if (views.Count == 0)
            return new("Features", "none yet", "declare a FeatureView", "/features");
        DateTimeOffset? oldest = DateTimeOffset.MaxValue;
        foreach (var view in views)
        {
            var progress = await features.ProgressAsync(caller, view.Version.Name, cancellationToken);
            oldest = progress.Watermark is { } mark && oldest is { } so ? (mark < so ? mark : so) : null;
        }

        var count = views.Sum(view => view.Spec.Features.Sum(feature => Math.Max(1, feature.Windows?.Count ?? 1)));
        return new(
            "Features", $"{count} in {Plural(views.Count, "view")}", oldest is { } tick ? $"online up to {Numbers.Day(tick)}" : "not materialized yet",
            service is null ? "/features" : Links.Asset(new(AssetKind.FeatureService, service)), oldest is null ? Tone.Quiet : Tone.Good);
    }

    private async Task<Station> TrainingAsync(Caller caller, AssetVersion? model, CancellationToken cancellationToken)
    {
        // The next version's training where one goes on, else the one that made the model that answers. The folder of a training is its trainer.
        var made = model?.Run is { } id ? await runs.GetAsync(caller, id, cancellationToken) : null;
        var run = await origins.NewestAsync(caller, new(Kind: "train", Folder: made?.Folder, Status: RunStatus.Running), cancellationToken)
            ?? made ?? await origins.NewestAsync(caller, new(Kind: "train"), cancellationToken);
        if (run is null)
            return new("Training", "no run yet", "orrery run train", "/runs");
        var took = run.EndedAt is { } end ? $"{Word(run.Status)} in {Numbers.Duration(end - run.StartedAt)}" : "goes on";
        return new("Training", run.Name, took, Links.Run(run.Id), Tones.Of(run.Status));
    }

    private static Station Model(AssetVersion? model, ModelManifest? manifest, EndpointStatus? endpoint)
    {
        if (model is null)
            return new("Model", "none yet", "a training run registers one", "/models");
        return new(
            "Model", $"{model.Name} v{model.Number}", manifest is null ? "registered by a client" : $"{manifest.Trainer}, {Plural(manifest.Inputs.Count, "input")}", Links.Asset(model.Ref),
            endpoint?.Champion is null ? Tone.Quiet : Tone.Good);
    }

    private async Task<Station> GateAsync(Caller caller, EndpointSpec? spec, AssetVersion? model, CancellationToken cancellationToken)
    {
        var href = model is null ? "/models" : Links.Asset(model.Ref) + "#gates";
        if (model is null || (await gates.ReportsAsync(caller, model.Id, cancellationToken)).FirstOrDefault(r => spec?.Gate is null || r.Gate == spec.Gate) is not { } report)
            return new("Gate", spec?.Gate ?? "none yet", "no verdict yet", href);
        return new(
            "Gate", report.Passed ? "passed" : "not passed", $"{report.Rules.Count(r => r.Passed)} of {Plural(report.Rules.Count, "rule")}", href,
            report.Passed ? Tone.Good : Tone.Bad);
    }

    private static Station Endpoint(EndpointStatus? endpoint)
    {
        if (endpoint is null)
            return new("Endpoint", "none yet", "declare one in YAML", "/endpoints");
        var href = Links.Asset(new(AssetKind.Endpoint, endpoint.Name));
        if (!endpoint.Ready || endpoint.Champion is not { } champion)
            return new("Endpoint", endpoint.Name, "nothing is deployed", href, Tone.Warn);
        return endpoint.Canary is { } canary
            ? new("Endpoint", $"{endpoint.Name}: canary", $"v{canary.Challenger} gets {canary.Share}, v{canary.Champion} the rest", href, Tone.Busy)
            : new("Endpoint", endpoint.Name, $"v{champion.Number} answers all", href, Tone.Good);
    }

    private static Station Prediction(EndpointStatus? endpoint, MonitorStatus? monitor)
    {
        var href = endpoint is null ? "/endpoints" : Links.Asset(new(AssetKind.Endpoint, endpoint.Name)) + "#predictions";
        var logged = monitor?.Join.Predictions ?? 0;
        var answered = endpoint?.Arms.Sum(arm => arm.Answered) ?? 0;
        var scoring = endpoint?.Arms.Where(arm => arm.Requests > 0).Select(arm => arm.MeanScoringMs).DefaultIfEmpty(double.NaN).Max() ?? double.NaN;
        if (logged == 0 && answered == 0)
            return new("Prediction", "none yet", "ask the endpoint", href);
        return new(
            "Prediction", $"{Numbers.Count(Math.Max(logged, answered))}", double.IsFinite(scoring) ? $"{Numbers.Metric(scoring)} ms each" : "none since the start", href, Tone.Good);
    }

    private static Station Label(MonitorStatus? monitor)
    {
        var href = monitor is null ? "/monitors" : Links.Asset(new(AssetKind.Monitor, monitor.Name));
        if (monitor is null || monitor.Join.Labels == 0)
            return new("Label", "none yet", "send what turned out true", href);
        var share = monitor.Join.Predictions == 0 ? double.NaN : Math.Min(1, (double)monitor.Join.Outcomes / monitor.Join.Predictions);
        return new("Label", Numbers.Count(monitor.Join.Labels), double.IsFinite(share) ? $"{Numbers.Percent(Math.Round(share, 3))} of predictions" : "", href, Tone.Good);
    }

    private static Station Monitor(MonitorStatus? monitor)
    {
        if (monitor is null)
            return new("Monitor", "none yet", "declare one in YAML", "/monitors");
        return new(
            "Monitor", monitor.Health.ToString().ToLowerInvariant(), monitor.Last is { } last ? $"window of {Numbers.Day(last.Start)}" : "no window closed yet",
            Links.Asset(new(AssetKind.Monitor, monitor.Name)), Tones.Of(monitor.Health));
    }

    private static Station Alert(MonitorAlert? alert, MonitorStatus? monitor)
    {
        var href = monitor is null ? "/monitors" : Links.Asset(new(AssetKind.Monitor, monitor.Name)) + "#alerts";
        if (alert is null)
            return new("Alert", "none", "nothing was found", href);
        var open = monitor?.OpenAlerts ?? 0;
        return new(
            "Alert", $"{alert.Kind.ToString().ToLowerInvariant()}: {alert.Measure}", open > 0 ? $"{Plural(open, "alert")} open" : $"seen, {Numbers.Day(alert.Time)}", href,
            open > 0 ? Tone.Bad : Tone.Good);
    }

    private async Task<Station> PipelineAsync(Caller caller, AssetVersion? model, EndpointStatus? endpoint, CancellationToken cancellationToken)
    {
        if (await origins.PipelineAsync(caller, model, endpoint, cancellationToken) is not { } name)
            return new("Pipeline", "none yet", "declare one that deploys", "/pipelines");
        var href = Links.Asset(new(AssetKind.Pipeline, name));
        return (await pipelines.ListAsync(caller, name, Newest, cancellationToken)).Items is [var run, ..]
            ? new("Pipeline", name, $"{Word(run.Status)}, by {run.Trigger.Kind.ToString().ToLowerInvariant()}", $"{href}/runs/{run.Id}", Tones.Of(run.Status))
            : new("Pipeline", name, "no run yet", href);
    }

    private static string Word(RunStatus status) => status.ToString().ToLowerInvariant();

    private static string Plural(int count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string Named(IReadOnlyList<string> names, string plural) => names.Count switch { 0 => "no longer declared", 1 => names[0], var many => $"{many} {plural}" };
}
