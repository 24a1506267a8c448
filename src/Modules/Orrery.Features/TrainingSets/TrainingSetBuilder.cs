using Orrery.Data.Datasets;
using Orrery.Features.Offline;
using Orrery.Features.Services;
using Orrery.Kernel;
using Orrery.Ledger.Resources;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Platform.Analytics;

namespace Orrery.Features.TrainingSets;

internal sealed class TrainingSetBuilder(IResources resources, IDatasets datasets, IFeatureHistories histories, IRuns runs, AnalyticsEngine engine) : ITrainingSets
{
    public async Task<Dataset> BuildAsync(Caller caller, TrainingSetRequest request, RunId run, CancellationToken cancellationToken = default)
    {
        var service = await FeatureServicePlan.ResolveAsync(resources, caller, request.Service, cancellationToken);
        var spine = await datasets.OpenAsync(caller, request.Spine, cancellationToken);
        Check(service, spine, request);
        var tables = new Dictionary<string, Dataset>(StringComparer.Ordinal);
        foreach (var view in service.Views.Select(v => v.View.Name).Distinct())
            tables[view] = (await histories.GetAsync(caller, view, run: run, cancellationToken: cancellationToken)).Table;

        var inputs = tables.Values.Select(t => new RunInput(t.Version.Id, "features"));
        await runs.LogAsync(caller, run, new() { Inputs = [new(service.Version.Id, "feature-service"), new(spine.Version.Id, "spine"), .. inputs] }, cancellationToken);
        using var session = engine.Open();
        var query = PointInTimeQuery.Of(service, [.. service.Views.Select(v => tables[v.View.Name])], spine, request);
        return await datasets.WriteAsync(caller, new(request.Name, request.Timestamp, run), session, query, cancellationToken);
    }

    private static void Check(FeatureServicePlan service, Dataset spine, TrainingSetRequest request)
    {
        var errors = new Dictionary<string, string>();
        var columns = spine.Manifest.Columns.Select(c => c.Name).ToList();
        foreach (var missing in PointInTimeQuery.SpineColumns(service, request).Except(columns))
            errors[missing] = $"The spine {spine.Version.Ref} has no column '{missing}'{(NearestName.Of(missing, columns) is { } near ? $"; did you mean '{near}'?" : ".")}";
        if (spine.Manifest.Columns.FirstOrDefault(c => c.Name == request.Timestamp) is { Type: not ColumnType.Timestamp } timestamp)
            errors["timestamp"] = $"Expected timestamps; '{request.Timestamp}' of {spine.Version.Ref} is {timestamp.Type}.";
        foreach (var twice in service.Features.Intersect(PointInTimeQuery.SpineColumns(service, request), StringComparer.OrdinalIgnoreCase))
            errors[twice] = $"'{twice}' is a feature of the service and a column of the spine; give the view a prefix.";
        if (request.From >= request.To)
            errors["from"] = $"'from' ({request.From:O}) is not before 'to' ({request.To:O}).";
        if (errors.Count > 0)
            throw new InvalidException($"The training set '{request.Name}' cannot be built: {errors.First().Value}") { Errors = errors };
    }
}
