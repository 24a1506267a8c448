using Orrery.Ledger.Search;

namespace Orrery.Ledger.Traces.Search;

/// <summary>What filters over traces may name: the words of MLflow's search_traces, 3.5 and later, and <c>total_tokens</c>, <c>cost</c> and <c>spans</c> of ours.</summary>
internal static class TraceVocabulary
{
    public static readonly SearchVocabulary Words = new(
        "traces",
        new Dictionary<string, SearchSubject>(SearchVocabulary.TagsAndAttributes)
        {
            ["trace"] = SearchSubject.Attribute,
            ["metadata"] = SearchSubject.Metadata,
            ["request_metadata"] = SearchSubject.Metadata,
            ["trace_metadata"] = SearchSubject.Metadata,
            ["span"] = SearchSubject.Span,
            ["feedback"] = SearchSubject.Feedback,
            ["expectation"] = SearchSubject.Expectation,
        },
        new Dictionary<string, SearchField>(
        [
            .. SearchVocabulary.Text("request_id", "trace_id", "id"), .. SearchVocabulary.Text("status", "state"), .. SearchVocabulary.Text("name"),
            .. SearchVocabulary.Text("run_id"), .. SearchVocabulary.Text("client_request_id"), .. SearchVocabulary.Text("text"),
            .. SearchVocabulary.Text("session", "session_id"), .. SearchVocabulary.Text("user", "user_id"), .. SearchVocabulary.Text("model_id"),
            .. SearchVocabulary.Number("experiment_id"),
            .. SearchVocabulary.Number("timestamp", "timestamp_ms", "request_time", "start_time"), .. SearchVocabulary.Number("end_time", "end_time_ms"),
            .. SearchVocabulary.Number("execution_time", "execution_time_ms", "execution_duration", "duration"),
            .. SearchVocabulary.Number("total_tokens"), .. SearchVocabulary.Number("input_tokens"), .. SearchVocabulary.Number("output_tokens"),
            .. SearchVocabulary.Number("cost"), .. SearchVocabulary.Number("spans"),
        ]));
}
