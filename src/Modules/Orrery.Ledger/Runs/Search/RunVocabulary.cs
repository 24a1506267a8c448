using Orrery.Ledger.Search;

namespace Orrery.Ledger.Runs.Search;

/// <summary>What filters over runs may name. The words are those of MLflow's search, and <c>kind</c> and <c>owner</c> of ours.</summary>
internal static class RunVocabulary
{
    /// <summary>Where MLflow's clients say who runs it.</summary>
    public const string UserTag = "mlflow.user";

    public static readonly SearchVocabulary Words = new(
        "runs",
        new Dictionary<string, SearchSubject>(SearchVocabulary.TagsAndAttributes)
        {
            ["metric"] = SearchSubject.Metric,
            ["metrics"] = SearchSubject.Metric,
            ["param"] = SearchSubject.Parameter,
            ["params"] = SearchSubject.Parameter,
            ["parameter"] = SearchSubject.Parameter,
            ["parameters"] = SearchSubject.Parameter,
            ["run"] = SearchSubject.Attribute,
            ["dataset"] = SearchSubject.Dataset,
            ["datasets"] = SearchSubject.Dataset,
        },
        new Dictionary<string, SearchField>(
        [
            .. SearchVocabulary.Text("run_id"), .. SearchVocabulary.Text("run_name", "name", "run name", "Run name", "Run Name"),
            .. SearchVocabulary.Text("status"), .. SearchVocabulary.Text("artifact_uri"), .. SearchVocabulary.Text("user_id"),
            .. SearchVocabulary.Text("kind"), .. SearchVocabulary.Text("owner"),
            .. SearchVocabulary.Number("start_time", "created", "Created"), .. SearchVocabulary.Number("end_time"),
        ]));
}
