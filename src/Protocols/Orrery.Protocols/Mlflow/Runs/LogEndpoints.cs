using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Metrics;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Runs;

/// <summary>What clients log to a run: metrics, parameters, tags, alone or many at once.</summary>
internal sealed class LogEndpoints(IServiceProvider services)
{
    // mlflow/utils/validation.py, 3.5
    private const int MostMetrics = 1000;
    private const int MostOthers = 100;
    private const int MostTogether = 1000;

    public const string ModelsTag = "mlflow.log-model.history";
    private static readonly string[] ModelFields = ["artifact_path", "flavors", "utc_time_created", "run_id"];

    private readonly Lazy<IRuns> _runs = new(services.GetRequiredService<IRuns>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/runs/log-metric", Role.Editor, MetricAsync)
        .Post("/runs/log-parameter", Role.Editor, ParameterAsync)
        .Post("/runs/set-tag", Role.Editor, SetTagAsync)
        .Post("/runs/delete-tag", Role.Editor, DeleteTagAsync)
        .Post("/runs/log-batch", Role.Editor, BatchAsync)
        .Post("/runs/log-model", Role.Editor, ModelAsync);

    private Task MetricAsync(MlflowCall call)
    {
        var run = call.Fields.RunId();
        return LogAsync(call, run, MetricMessage.ReadAll(MlflowNames.Run(run), [call.Fields]));
    }

    private Task ParameterAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var (run, key, value) = (fields.RunId(), fields.RequiredText("key"), fields.Text("value") ?? "");
        MlflowNames.CheckParameter(fields, key, value);
        return LogAsync(call, run, new() { Parameters = new Dictionary<string, string> { [key] = value } });
    }

    private Task SetTagAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var (run, key, value) = (fields.RunId(), fields.RequiredText("key"), fields.Text("value") ?? "");
        MlflowNames.CheckTag(fields, key, value);
        return LogAsync(call, run, Tagged(new() { Tags = new Dictionary<string, string> { [key] = value } }));
    }

    private async Task DeleteTagAsync(MlflowCall call)
    {
        await _runs.Value.DeleteTagAsync(call.Caller, MlflowNames.Run(call.Fields.RunId()), call.Fields.RequiredText("key"), call.Cancelled);
        await call.AnswerAsync();
    }

    private Task BatchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var run = fields.RunId();
        var (metrics, parameters, tags) = (fields.Messages("metrics"), fields.Messages("params"), fields.Messages("tags"));
        CheckCount("metrics", metrics.Count, MostMetrics);
        CheckCount("params", parameters.Count, MostOthers);
        CheckCount("tags", tags.Count, MostOthers);
        CheckCount("metrics, params, and tags", metrics.Count + parameters.Count + tags.Count, MostTogether);
        var log = MetricMessage.ReadAll(MlflowNames.Run(run), metrics);
        return LogAsync(call, run, Tagged(log with { Parameters = Parameters(parameters), Tags = RunTags.Read(fields) }));
    }

    private static Dictionary<string, string> Parameters(IReadOnlyList<MlflowFields> messages)
    {
        var parameters = new Dictionary<string, string>();
        var twice = new List<string>();
        foreach (var message in messages)
        {
            var (key, value) = (message.RequiredText("key"), message.Text("value") ?? "");
            MlflowNames.CheckParameter(message, key, value);
            if (!parameters.TryAdd(key, value))
                twice.Add($"'{key}'");
        }

        return twice.Count == 0
            ? parameters
            : throw MlflowException.Invalid(
                $"Duplicate parameter keys have been submitted: [{string.Join(", ", twice)}]. Please ensure the request contains only one param value per param key.");
    }

    // Clients of MLflow before 3 keep the models of a run in a tag, to which each one is added.
    private async Task ModelAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var (id, text) = (fields.RunId(), fields.RequiredText("model_json"));
        var model = ModelOf(text);
        var run = await _runs.Value.GetAsync(call.Caller, MlflowNames.Run(id), call.Cancelled);
        var before = run.Tags.TryGetValue(ModelsTag, out var tag) ? JsonSerializer.Deserialize<List<JsonElement>>(tag) ?? [] : [];
        var tags = new Dictionary<string, string> { [ModelsTag] = JsonSerializer.Serialize((JsonElement[])[.. before, model]) };
        await LogAsync(call, id, new() { Tags = tags });
    }

    private static JsonElement ModelOf(string text)
    {
        JsonElement model;
        try
        {
            model = JsonSerializer.Deserialize<JsonElement>(text);
        }
        catch (JsonException)
        {
            throw MlflowException.Invalid($"Malformed model info. \n {text} \n is not a valid JSON.");
        }

        var missing = ModelFields.Where(name => model.ValueKind != JsonValueKind.Object || !model.TryGetProperty(name, out _)).ToList();
        return missing.Count == 0 ? model : throw MlflowException.Invalid($"Model json is missing mandatory fields: {string.Join(", ", missing)}");
    }

    // The tag of the name and the name are one thing.
    private static RunLog Tagged(RunLog log) => log.Tags.TryGetValue(RunJson.NameTag, out var name) && name.Length > 0 ? log with { Name = name } : log;

    private static void CheckCount(string what, int count, int most)
    {
        if (count > most)
        {
            throw MlflowException.Invalid(
                $"A batch logging request can contain at most {most} {what}. Got {count} {what}. Please split up {what} across multiple requests and try again.");
        }
    }

    private async Task LogAsync(MlflowCall call, string run, RunLog log)
    {
        try
        {
            await _runs.Value.LogAsync(call.Caller, MlflowNames.Run(run), log, call.Cancelled);
        }
        catch (ConflictException conflict)
        {
            throw new MlflowException(MlflowErrorCode.InvalidParameterValue, conflict.Message, conflict);
        }

        await call.AnswerAsync();
    }
}
