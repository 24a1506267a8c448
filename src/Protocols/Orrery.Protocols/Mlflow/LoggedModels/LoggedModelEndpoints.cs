using System.Buffers;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.LoggedModels;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Runs;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.LoggedModels;

/// <summary>MLflow 3's logged models: what a run made, before anybody registers it.</summary>
internal sealed class LoggedModelEndpoints(IServiceProvider services)
{
    private const int MostFound = 50_000;

    // A name becomes a part of URIs.
    private static readonly SearchValues<char> NoName = SearchValues.Create("/:.%\"'");

    private readonly Lazy<ILoggedModels> _models = new(services.GetRequiredService<ILoggedModels>);
    private readonly Lazy<TimeProvider> _clock = new(services.GetRequiredService<TimeProvider>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/logged-models", Role.Editor, CreateAsync)
        .Post("/logged-models/search", Role.Viewer, SearchAsync)
        .Get("/logged-models/{model}", Role.Viewer, GetAsync)
        .Patch("/logged-models/{model}", Role.Editor, FinalizeAsync)
        .Delete("/logged-models/{model}", Role.Editor, DeleteAsync)
        .Post("/logged-models/{model}/params", Role.Editor, LogParametersAsync)
        .Patch("/logged-models/{model}/tags", Role.Editor, SetTagsAsync)
        .Delete("/logged-models/{model}/tags/{tag}", Role.Editor, DeleteTagAsync);

    private async Task CreateAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var folder = MlflowNames.Experiment(fields.RequiredText("experiment_id"));
        var name = fields.Text("name") is { Length: > 0 } given ? given : RunNames.Of(RunId.New(_clock.Value.GetUtcNow()));
        if (name.AsSpan().ContainsAny(NoName))
        {
            throw MlflowException.Invalid(
                $"Invalid model name ('{name}') provided. Model name must be a non-empty string and cannot contain the following characters: ('/', ':', '.', '%', '\"', \"'\")");
        }

        var model = await _models.Value.CreateAsync(
            call.Caller, new(folder, name, fields.Text("model_type") ?? "", fields.Text("source_run_id") ?? "", Map(fields.Pairs("params")), Map(fields.Pairs("tags"))), call.Cancelled);
        await call.AnswerAsync(json => LoggedModelJson.WriteMember(json, model));
    }

    private async Task SearchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var experiments = fields.Texts("experiment_ids");
        if (experiments.Count == 0)
            throw fields.Missing("experiment_ids");
        var datasets = fields.Messages("datasets").Select(dataset => new DatasetChoice(dataset.RequiredText("dataset_name"), Given(dataset.Text("dataset_digest")))).ToList();
        var order = fields.Messages("order_by").Select(clause => new LoggedModelOrder(
            clause.RequiredText("field_name"), clause.Flag("ascending") == false,
            Given(clause.Text("dataset_name")) is { } dataset ? new(dataset, Given(clause.Text("dataset_digest"))) : null)).ToList();
        var page = await _models.Value.SearchAsync(
            call.Caller,
            new([.. experiments.Select(MlflowNames.Experiment)], fields.Text("filter"), datasets, order, fields.Count("max_results", 50, MostFound), fields.Text("page_token")),
            call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("models"u8, page.Items, LoggedModelJson.Write);
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    private async Task GetAsync(MlflowCall call)
    {
        var model = await _models.Value.GetAsync(call.Caller, call.Route("model"), call.Cancelled);
        await call.AnswerAsync(json => LoggedModelJson.WriteMember(json, model));
    }

    private async Task FinalizeAsync(MlflowCall call)
    {
        var model = await _models.Value.SetStatusAsync(call.Caller, call.Route("model"), LoggedModelJson.ReadStatus(call.Fields), call.Cancelled);
        await call.AnswerAsync(json => LoggedModelJson.WriteMember(json, model));
    }

    private async Task DeleteAsync(MlflowCall call)
    {
        await _models.Value.DeleteAsync(call.Caller, call.Route("model"), call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task LogParametersAsync(MlflowCall call)
    {
        try
        {
            await _models.Value.AddParametersAsync(call.Caller, call.Route("model"), Map(call.Fields.Pairs("params")), call.Cancelled);
        }
        catch (ConflictException conflict)
        {
            throw new MlflowException(MlflowErrorCode.InvalidParameterValue, conflict.Message, conflict);
        }

        await call.AnswerAsync();
    }

    private async Task SetTagsAsync(MlflowCall call)
    {
        var tags = Map(call.Fields.Pairs("tags")).ToDictionary(tag => tag.Key, tag => (string?)tag.Value);
        await _models.Value.SetTagsAsync(call.Caller, call.Route("model"), tags, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task DeleteTagAsync(MlflowCall call)
    {
        await _models.Value.SetTagsAsync(call.Caller, call.Route("model"), new Dictionary<string, string?> { [call.Route("tag")] = null }, call.Cancelled);
        await call.AnswerAsync();
    }

    // The last of two with one key counts.
    private static Dictionary<string, string> Map(IReadOnlyList<KeyValuePair<string, string>> pairs)
    {
        var map = new Dictionary<string, string>();
        foreach (var (key, value) in pairs)
            map[key] = value;
        return map;
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;
}
