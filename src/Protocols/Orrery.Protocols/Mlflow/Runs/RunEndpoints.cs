using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Runs;

/// <summary>MLflow's runs: their life and their search. What is logged to them: <see cref="LogEndpoints"/>.</summary>
internal sealed class RunEndpoints(IServiceProvider services)
{
    private const int MostFound = 50_000;

    private readonly Lazy<IRuns> _runs = new(services.GetRequiredService<IRuns>);
    private readonly Lazy<TimeProvider> _clock = new(services.GetRequiredService<TimeProvider>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/runs/create", Role.Editor, CreateAsync)
        .Get("/runs/get", Role.Viewer, GetAsync)
        .Post("/runs/update", Role.Editor, UpdateAsync)
        .Post("/runs/delete", Role.Editor, DeleteAsync)
        .Post("/runs/restore", Role.Editor, RestoreAsync)
        .Post("/runs/search", Role.Viewer, SearchAsync);

    private async Task CreateAsync(MlflowCall call)
    {
        var run = await _runs.Value.StartAsync(call.Caller, NewRunMessage.Read(call.Fields, _clock.Value.GetUtcNow()), call.Cancelled);
        await call.AnswerAsync(json => RunJson.WriteMember(json, run));
    }

    public async Task GetAsync(MlflowCall call)
    {
        var run = await _runs.Value.GetAsync(call.Caller, MlflowNames.Run(call.Fields.RunId()), call.Cancelled);
        await call.AnswerAsync(json => RunJson.WriteMember(json, run));
    }

    private async Task UpdateAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var name = fields.Text("run_name") is { Length: > 0 } given ? given : null;
        var end = fields.Int64("end_time") is { } milliseconds ? MlflowTimes.Read(fields, "end_time", milliseconds) : (DateTimeOffset?)null;
        var change = new RunChange(
            name, RunStatuses.Read(fields, "status"), end, name is null ? null : new Dictionary<string, string> { [RunJson.NameTag] = name });
        var run = await _runs.Value.UpdateAsync(call.Caller, MlflowNames.Run(fields.RunId()), change, call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteStartObject("run_info"u8);
            RunJson.WriteInfo(json, run);
            json.WriteEndObject();
        });
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        await _runs.Value.DeleteAsync(call.Caller, MlflowNames.Run(call.Fields.RunId()), call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task RestoreAsync(MlflowCall call)
    {
        await _runs.Value.RestoreAsync(call.Caller, MlflowNames.Run(call.Fields.RunId()), call.Cancelled);
        await call.AnswerAsync();
    }

    public async Task SearchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var page = await _runs.Value.SearchAsync(
            call.Caller,
            new(
                fields.Text("filter"), fields.Texts("order_by"), [.. fields.Texts("experiment_ids").Select(MlflowNames.Experiment)],
                ViewTypes.Read(fields, "run_view_type"), fields.Count("max_results", 1000, MostFound), fields.Text("page_token")),
            call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("runs"u8, page.Items, RunJson.Write);
            json.WriteText("next_page_token"u8, page.Next);
        });
    }
}
