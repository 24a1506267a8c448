using System.Globalization;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Traces;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Traces;

/// <summary>The traces of clients before 3.0, which begin a trace and end it; its spans are a file among the artifacts of the experiment.</summary>
internal sealed class OldTraceEndpoints(IServiceProvider services)
{
    private const int MostFound = 500;

    private readonly Lazy<ITraces> _traces = new(services.GetRequiredService<ITraces>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/traces", Role.Editor, BeginAsync)
        .Patch("/traces/{trace}", Role.Editor, EndAsync)
        .Get("/traces/{trace}/info", Role.Viewer, GetAsync)
        .Get("/traces", Role.Viewer, SearchAsync);

    private async Task BeginAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var id = string.Create(CultureInfo.InvariantCulture, $"tr-{Guid.NewGuid():N}");
        var trace = await _traces.Value.RecordAsync(
            call.Caller,
            new(id, MlflowNames.Experiment(fields.RequiredText("experiment_id")), TraceState.InProgress, MlflowTimes.Read(fields, "timestamp_ms", fields.RequiredInt64("timestamp_ms")))
            {
                Tags = Map(fields.Pairs("tags")),
                Metadata = Map(fields.Pairs("request_metadata")),
            },
            call.Cancelled);
        await AnswerAsync(call, trace);
    }

    private async Task EndAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var end = new TraceEnd(
            TraceJson.ReadState(fields, "status"), MlflowTimes.Read(fields, "timestamp_ms", fields.RequiredInt64("timestamp_ms")), Map(fields.Pairs("tags")),
            Map(fields.Pairs("request_metadata")));
        await AnswerAsync(call, await _traces.Value.EndAsync(call.Caller, call.Route("trace"), end, call.Cancelled));
    }

    private async Task GetAsync(MlflowCall call) => await AnswerAsync(call, await _traces.Value.GetAsync(call.Caller, call.Route("trace"), call.Cancelled));

    private async Task SearchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var folders = fields.Texts("experiment_ids").Select(MlflowNames.Experiment).ToList();
        if (folders.Count == 0)
            throw fields.Missing("experiment_ids");
        var page = await _traces.Value.SearchAsync(
            call.Caller, new(folders, fields.Text("filter"), fields.Texts("order_by"), fields.Count("max_results", 100, MostFound), fields.Text("page_token")), call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("traces"u8, page.Items, TraceJson.WriteOldInfo);
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    private static Task AnswerAsync(MlflowCall call, Trace trace) => call.AnswerAsync(json =>
    {
        json.WriteStartObject("trace_info"u8);
        TraceJson.WriteOldInfo(json, trace);
        json.WriteEndObject();
    });

    // The last of two with one key counts.
    private static Dictionary<string, string> Map(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        var map = new Dictionary<string, string>();
        foreach (var (key, value) in pairs)
            map[key] = value;
        return map;
    }
}
