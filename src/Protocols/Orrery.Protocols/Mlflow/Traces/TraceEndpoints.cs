using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Traces;
using Orrery.Ledger.Traces.Assessments;
using Orrery.Ledger.Traces.Spans;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>MLflow's traces, version 3 of its routes, and those of both versions that are the same.</summary>
internal sealed class TraceEndpoints(IServiceProvider services, TraceFiles files)
{
    private const int MostFound = 500;
    private const int MostLinked = 100;
    private const int MostFetched = 100;

    private readonly Lazy<ITraces> _traces = new(services.GetRequiredService<ITraces>);
    private readonly Lazy<IAssessments> _assessments = new(services.GetRequiredService<IAssessments>);

    public void Map(MlflowRoutes routes)
    {
        routes.Post("/traces", Role.Editor, RecordAsync, 3)
            .Get("/traces/get", Role.Viewer, GetWholeAsync, 3)
            .Get("/traces/batchGet", Role.Viewer, FetchAsync, 3)
            .Get("/traces/{trace}", Role.Viewer, GetAsync, 3)
            .Post("/traces/search", Role.Viewer, SearchAsync, 3)
            .Post("/traces/calculate-filter-correlation", Role.Viewer, CorrelateAsync, 3);
        foreach (var version in (int[])[2, 3])
        {
            routes.Post("/traces/delete-traces", Role.Editor, DeleteAsync, version)
                .Post("/traces/link-to-run", Role.Editor, LinkAsync, version)
                .Patch("/traces/{trace}/tags", Role.Editor, SetTagAsync, version)
                .Delete("/traces/{trace}/tags", Role.Editor, DeleteTagAsync, version);
        }
    }

    private async Task RecordAsync(MlflowCall call)
    {
        var trace = call.Fields.Message("trace") ?? throw call.Fields.Missing("trace");
        var info = trace.Message("trace_info") ?? throw trace.Missing("trace_info");
        await AnswerAsync(call, await _traces.Value.RecordAsync(call.Caller, TraceJson.ReadInfo(info), call.Cancelled));
    }

    private async Task GetAsync(MlflowCall call) => await AnswerAsync(call, await _traces.Value.GetAsync(call.Caller, call.Route("trace"), call.Cancelled));

    private async Task AnswerAsync(MlflowCall call, Trace trace)
    {
        var said = await _assessments.Value.ListAsync(call.Caller, [trace.Id], call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("trace"u8);
            json.WriteStartObject("trace_info"u8);
            TraceJson.WriteInfo(json, trace, said[trace.Id]);
            json.WriteEndObject();
            json.WriteEndObject();
        });
    }

    private async Task GetWholeAsync(MlflowCall call)
    {
        var trace = await _traces.Value.GetAsync(call.Caller, call.Fields.RequiredText("trace_id"), call.Cancelled);
        var said = await _assessments.Value.ListAsync(call.Caller, [trace.Id], call.Cancelled);
        var spans = await files.SpansAsync(call.Caller, trace, call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("trace"u8);
            WholeTraceJson.Write(json, trace, said[trace.Id], spans);
            json.WriteEndObject();
        });
    }

    private async Task FetchAsync(MlflowCall call)
    {
        var ids = call.Fields.Texts("trace_ids");
        if (ids.Count is 0 or > MostFetched)
            throw MlflowException.Invalid($"Expected 1 to {MostFetched} trace_ids, got {ids.Count}.");
        var traces = await _traces.Value.FindAsync(call.Caller, ids, call.Cancelled);
        var said = await _assessments.Value.ListAsync(call.Caller, [.. traces.Select(trace => trace.Id)], call.Cancelled);
        var whole = new List<(Trace Trace, IReadOnlyList<TraceSpan> Spans)>(traces.Count);
        foreach (var trace in traces)
            whole.Add((trace, await files.SpansAsync(call.Caller, trace, call.Cancelled)));
        await call.AnswerAsync(json => json.WriteEach("traces"u8, whole, (json, pair) => WholeTraceJson.Write(json, pair.Trace, said[pair.Trace.Id], pair.Spans)));
    }

    private async Task SearchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        if (!fields.Has("locations"))
            throw fields.Missing("locations");
        var folders = fields.Messages("locations").Select(location => location.Message("mlflow_experiment")).OfType<MlflowFields>()
            .Select(experiment => MlflowNames.Experiment(experiment.RequiredText("experiment_id"))).ToList();
        var page = await _traces.Value.SearchAsync(
            call.Caller, new(folders, fields.Text("filter"), fields.Texts("order_by"), fields.Count("max_results", 100, MostFound), fields.Text("page_token")), call.Cancelled);
        var said = await _assessments.Value.ListAsync(call.Caller, [.. page.Items.Select(trace => trace.Id)], call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("traces"u8, page.Items, (json, trace) => TraceJson.WriteInfo(json, trace, said[trace.Id]));
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    private async Task CorrelateAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var folders = fields.Texts("experiment_ids").Select(MlflowNames.Experiment).ToList();
        if (folders.Count == 0)
            throw fields.Missing("experiment_ids");
        var counts = await _traces.Value.CountAsync(
            call.Caller, folders, fields.RequiredText("filter_string1"), fields.RequiredText("filter_string2"), fields.Text("base_filter"), call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteDouble("npmi"u8, TraceCorrelation.Npmi(counts));
            json.WriteDouble("npmi_smoothed"u8, TraceCorrelation.Npmi(counts, TraceCorrelation.Smoothing));
            json.WriteNumber("filter1_count"u8, counts.First);
            json.WriteNumber("filter2_count"u8, counts.Second);
            json.WriteNumber("joint_count"u8, counts.Both);
            json.WriteNumber("total_count"u8, counts.Total);
        });
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var ids = fields.Texts("request_ids");
        var deletion = new TraceDeletion(
            MlflowNames.Experiment(fields.RequiredText("experiment_id")),
            // Clients say "all" by a time that is far beyond any.
            fields.Int64("max_timestamp_millis") is { } until ? MlflowTimes.Read(fields, "max_timestamp_millis", Math.Min(until, MlflowTimes.Latest)) : null,
            fields.Int64("max_traces") is { } most ? (int)Math.Clamp(most, int.MinValue, int.MaxValue) : null,
            ids.Count > 0 ? ids : null);
        var gone = await _traces.Value.DeleteAsync(call.Caller, deletion, call.Cancelled);
        await call.AnswerAsync(json => json.WriteNumber("traces_deleted"u8, gone));
    }

    private async Task LinkAsync(MlflowCall call)
    {
        var ids = call.Fields.Texts("trace_ids");
        if (ids.Count > MostLinked)
            throw MlflowException.Invalid($"Cannot link more than {MostLinked} traces to a run in a single request. Provided {ids.Count} traces.");
        await _traces.Value.LinkAsync(call.Caller, ids, MlflowNames.Run(call.Fields.RequiredText("run_id")), call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task SetTagAsync(MlflowCall call)
    {
        var tag = new Dictionary<string, string?> { [call.Fields.RequiredText("key")] = call.Fields.Text("value") ?? "" };
        await _traces.Value.SetTagsAsync(call.Caller, call.Route("trace"), tag, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task DeleteTagAsync(MlflowCall call)
    {
        await _traces.Value.SetTagsAsync(call.Caller, call.Route("trace"), new Dictionary<string, string?> { [call.Fields.RequiredText("key")] = null }, call.Cancelled);
        await call.AnswerAsync();
    }
}
