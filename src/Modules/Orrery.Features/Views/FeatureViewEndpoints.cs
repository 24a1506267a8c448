using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Orrery.Data.Datasets;
using Orrery.Features.Streaming;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;
using Orrery.Platform.Http;

namespace Orrery.Features.Views;

/// <summary>A feature view and how far its online features are.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Version">Its version.</param>
/// <param name="Spec">Its declaration.</param>
/// <param name="Features">Its features, windows expanded.</param>
/// <param name="Watermark">The tick that its online features are computed for; null before the first.</param>
internal sealed record FeatureViewDetail(string Name, int Version, FeatureViewSpec Spec, IReadOnlyList<string> Features, DateTimeOffset? Watermark);

/// <summary>Some rows of a view's history.</summary>
/// <param name="Columns">The entity's columns, <c>tick</c>, the features.</param>
/// <param name="Rows">For each row its values; null where a feature has none.</param>
internal sealed record HistoryPreview(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

internal static class FeatureViewEndpoints
{
    private const int MaxPreviewRows = 1_000;

    public static void Map(IEndpointRouteBuilder routes)
    {
        var views = routes.MapApi("Features", "/feature-views");
        views.MapGet("/", ListAsync).RequireRole(Role.Viewer).WithName("ListFeatureViews").WithSummary("All feature views, by name.");
        views.MapGet("/{name}", GetAsync).RequireRole(Role.Viewer).WithName("GetFeatureView").WithSummary("A feature view and how far its online features are.");
        views.MapGet("/{name}/stats", StatsAsync).RequireRole(Role.Viewer).WithName("GetFeatureViewStats")
            .WithSummary("The profile of the view's newest history: missing values, quantiles and histogram of each feature.");
        views.MapGet("/{name}/preview", PreviewAsync).RequireRole(Role.Viewer).WithName("PreviewFeatureView")
            .WithSummary("The newest rows of the view's newest history; at most 1,000.");
    }

    private static async Task<IReadOnlyList<FeatureViewDetail>> ListAsync(HttpContext http, IResources resources, IFeatureStream stream, CancellationToken cancellationToken)
    {
        var details = new List<FeatureViewDetail>();
        foreach (var view in await resources.ListAsync<FeatureViewSpec>(http.Caller(), AssetKind.FeatureView, cancellationToken))
            details.Add(await DetailAsync(http.Caller(), view, stream, cancellationToken));
        return details;
    }

    private static async Task<FeatureViewDetail> GetAsync(string name, HttpContext http, IResources resources, IFeatureStream stream, CancellationToken cancellationToken) =>
        await DetailAsync(http.Caller(), await resources.GetAsync<FeatureViewSpec>(http.Caller(), new(AssetKind.FeatureView, name), cancellationToken), stream, cancellationToken);

    private static async Task<FeatureViewDetail> DetailAsync(Caller caller, Resource<FeatureViewSpec> view, IFeatureStream stream, CancellationToken cancellationToken)
    {
        var plan = FeatureViewPlan.Of(view.Version.Name, view.Spec);
        var progress = await stream.ProgressAsync(caller, plan.Name, cancellationToken);
        return new(plan.Name, view.Version.Number, view.Spec, [.. plan.Features.Select(f => f.Name)], progress.Watermark);
    }

    private static async Task<DatasetProfile> StatsAsync(string name, HttpContext http, IDatasets datasets, CancellationToken cancellationToken)
    {
        var history = await HistoryAsync(name, http.Caller(), datasets, cancellationToken);
        return await datasets.ProfileAsync(http.Caller(), history.Version.Id, cancellationToken);
    }

    private static async Task<HistoryPreview> PreviewAsync(string name, HttpContext http, IDatasets datasets, AnalyticsEngine engine, CancellationToken cancellationToken, int limit = 20)
    {
        if (limit is < 1 or > MaxPreviewRows)
            throw new InvalidException($"A preview has 1 to {MaxPreviewRows} rows, got {limit}.");
        var history = await HistoryAsync(name, http.Caller(), datasets, cancellationToken);
        return await Task.Run(() => Read(engine, history, limit), cancellationToken);
    }

    private static HistoryPreview Read(AnalyticsEngine engine, Dataset history, int limit)
    {
        using var session = engine.Open();
        using var command = session.CreateCommand();
        var entity = history.Manifest.Columns.TakeWhile(c => c.Name != FeatureTable.Tick).Select(c => Sql.Name(c.Name));
        var order = string.Join(", ", entity.Prepend($"{FeatureTable.Tick} DESC"));
        command.CommandText = FormattableString.Invariant($"SELECT * FROM {Sql.Parquet(history.Paths)} ORDER BY {order} LIMIT {limit}");
        using var reader = command.ExecuteReader();
        var rows = new List<IReadOnlyList<object?>>();
        while (reader.Read())
            rows.Add([.. Enumerable.Range(0, reader.FieldCount).Select(i => reader.IsDBNull(i) ? null : reader.GetValue(i))]);
        return new([.. history.Manifest.Columns.Select(c => c.Name)], rows);
    }

    private static async Task<Dataset> HistoryAsync(string name, Caller caller, IDatasets datasets, CancellationToken cancellationToken)
    {
        try
        {
            return await datasets.OpenAsync(caller, new AssetRef(AssetKind.Dataset, FeatureTable.NameOf(name)), cancellationToken);
        }
        catch (NotFoundException)
        {
            throw new NotFoundException($"The feature view '{name}' has no history yet; materialize it first.");
        }
    }
}
