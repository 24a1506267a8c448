using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>The handlers of REST that GraphQL asks: nothing is answered here that is not answered there.</summary>
internal sealed record GraphQlHandlers(
    MlflowHandler GetExperiment, MlflowHandler GetRun, MlflowHandler SearchRuns, MlflowHandler MetricInterval, MlflowHandler ListArtifacts,
    MlflowHandler SearchModelVersions, MlflowHandler SearchDatasets)
{
    /// <summary>The handler behind a field of the query or the mutation; null for one that asks nobody.</summary>
    public MlflowHandler? Of(string field) => field switch
    {
        "mlflowGetExperiment" => GetExperiment,
        "mlflowGetRun" => GetRun,
        "mlflowSearchRuns" => SearchRuns,
        "mlflowGetMetricHistoryBulkInterval" => MetricInterval,
        "mlflowListArtifacts" => ListArtifacts,
        "mlflowSearchModelVersions" => SearchModelVersions,
        "mlflowSearchDatasets" => SearchDatasets,
        _ => null,
    };
}
