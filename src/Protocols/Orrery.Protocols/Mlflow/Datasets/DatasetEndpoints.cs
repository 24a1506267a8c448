using Microsoft.Extensions.DependencyInjection;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Datasets;

/// <summary>What runs read and made: datasets, and logged models.</summary>
internal sealed class DatasetEndpoints(IServiceProvider services)
{
    private const int MostExperiments = 20;

    private readonly Lazy<IRuns> _runs = new(services.GetRequiredService<IRuns>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/runs/log-inputs", Role.Editor, LogInputsAsync)
        .Post("/runs/outputs", Role.Editor, LogOutputsAsync)
        .Post("/experiments/search-datasets", Role.Viewer, SearchAsync);

    private async Task LogInputsAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var run = MlflowNames.Run(fields.RunId());
        var log = new RunLog
        {
            Datasets = [.. fields.Messages("datasets").Select(DatasetMessage.Read)],
            ModelInputs = [.. fields.Messages("models").Select(model => model.RequiredText("model_id"))],
        };
        await _runs.Value.LogAsync(call.Caller, run, log, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task LogOutputsAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var run = MlflowNames.Run(fields.RunId());
        if (!fields.Has("models"))
            throw fields.Missing("models");
        var outputs = fields.Messages("models").Select(model => new ModelOutput(model.RequiredText("model_id"), model.Int64("step") ?? 0)).ToList();
        await _runs.Value.LogAsync(call.Caller, run, new() { ModelOutputs = outputs }, call.Cancelled);
        await call.AnswerAsync();
    }

    public async Task SearchAsync(MlflowCall call)
    {
        var experiments = call.Fields.Texts("experiment_ids");
        if (experiments.Count == 0)
            throw MlflowException.Invalid("SearchDatasets request must specify at least one experiment_id.");
        if (experiments.Count > MostExperiments)
        {
            throw MlflowException.Invalid(
                $"SearchDatasets request cannot specify more than {MostExperiments} experiment_ids. Received {experiments.Count} experiment_ids.");
        }

        var uses = await _runs.Value.DatasetsAsync(call.Caller, [.. experiments.Select(MlflowNames.Experiment)], call.Cancelled);
        await call.AnswerAsync(json => json.WriteEach("dataset_summaries"u8, uses, static (json, use) =>
        {
            json.WriteString("experiment_id"u8, ExperimentJson.Id(use.Folder));
            json.WriteString("name"u8, use.Name);
            json.WriteString("digest"u8, use.Digest);
            json.WriteText("context"u8, use.Context);
        }));
    }
}
