using System.Buffers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using Orrery.Kernel;
using Orrery.Ledger.Evaluation;
using Orrery.Platform.Access;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Evaluation;

/// <summary>MLflow's evaluation datasets: examples that applications are evaluated on.</summary>
internal sealed class EvaluationDatasetEndpoints(IServiceProvider services)
{
    private const int MostFound = 50_000;

    private readonly Lazy<IEvaluationDatasets> _datasets = new(services.GetRequiredService<IEvaluationDatasets>);

    public void Map(MlflowRoutes routes) => routes
        .Post("/datasets/create", Role.Editor, CreateAsync, 3)
        .Post("/datasets/search", Role.Viewer, SearchAsync, 3)
        .Get("/datasets/search", Role.Viewer, SearchAsync, 3)
        .Get("/datasets/{dataset}", Role.Viewer, GetAsync, 3)
        .Delete("/datasets/{dataset}", Role.Editor, DeleteAsync, 3)
        .Patch("/datasets/{dataset}/tags", Role.Editor, SetTagsAsync, 3)
        .Delete("/datasets/{dataset}/tags/{tag}", Role.Editor, DeleteTagAsync, 3)
        .Post("/datasets/{dataset}/records", Role.Editor, UpsertAsync, 3)
        .Get("/datasets/{dataset}/records", Role.Viewer, RecordsAsync, 3)
        .Get("/datasets/{dataset}/experiment-ids", Role.Viewer, ExperimentsAsync, 3)
        .Post("/datasets/{dataset}/add-experiments", Role.Editor, AddExperimentsAsync, 3)
        .Post("/datasets/{dataset}/remove-experiments", Role.Editor, RemoveExperimentsAsync, 3);

    private async Task CreateAsync(MlflowCall call)
    {
        var fields = call.Fields;
        await AnswerAsync(call, await _datasets.Value.CreateAsync(
            call.Caller, fields.RequiredText("name"), Experiments(fields), EvaluationDatasetJson.ReadTags(fields), call.Cancelled));
    }

    private async Task GetAsync(MlflowCall call) => await AnswerAsync(call, await _datasets.Value.GetAsync(call.Caller, Id(call), call.Cancelled));

    private async Task SearchAsync(MlflowCall call)
    {
        var fields = call.Fields;
        var folders = Experiments(fields);
        var page = await _datasets.Value.SearchAsync(
            call.Caller,
            new(folders.Count > 0 ? folders : null, fields.Text("filter_string"), fields.Texts("order_by"), fields.Count("max_results", 1000, MostFound), fields.Text("page_token")),
            call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteEach("datasets"u8, page.Items, EvaluationDatasetJson.Write);
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    // One that is not there is gone already, as in MLflow.
    private async Task DeleteAsync(MlflowCall call)
    {
        try
        {
            await _datasets.Value.DeleteAsync(call.Caller, Id(call), call.Cancelled);
        }
        catch (NotFoundException)
        {
        }

        await call.AnswerAsync();
    }

    private async Task SetTagsAsync(MlflowCall call)
    {
        if (!call.Fields.Has("tags"))
            throw call.Fields.Missing("tags");
        var tags = EvaluationDatasetJson.ReadTags(call.Fields).ToDictionary(tag => tag.Key, tag => (string?)tag.Value);
        await _datasets.Value.SetTagsAsync(call.Caller, Id(call), tags, call.Cancelled);
        await AnswerAsync(call, await _datasets.Value.GetAsync(call.Caller, Id(call), call.Cancelled));
    }

    private async Task DeleteTagAsync(MlflowCall call)
    {
        await _datasets.Value.SetTagsAsync(call.Caller, Id(call), new Dictionary<string, string?> { [call.Route("tag")] = null }, call.Cancelled);
        await call.AnswerAsync();
    }

    private async Task UpsertAsync(MlflowCall call)
    {
        var result = await _datasets.Value.UpsertAsync(call.Caller, Id(call), EvaluationDatasetJson.ReadRecords(call.Fields), call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteNumber("inserted_count"u8, result.Inserted);
            json.WriteNumber("updated_count"u8, result.Updated);
        });
    }

    private async Task RecordsAsync(MlflowCall call)
    {
        var limit = call.Fields.Count("max_results", PageRequest.MaxLimit, MostFound);
        var page = await _datasets.Value.RecordsAsync(call.Caller, Id(call), new(Math.Min(limit, PageRequest.MaxLimit), call.Fields.Text("page_token")), null, call.Cancelled);
        var records = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(records))
        {
            json.WriteStartArray();
            foreach (var record in page.Items)
                EvaluationDatasetJson.WriteRecord(json, call.Route("dataset"), record);
            json.WriteEndArray();
        }

        await call.AnswerAsync(json =>
        {
            json.WriteString("records"u8, Encoding.UTF8.GetString(records.WrittenSpan));
            json.WriteText("next_page_token"u8, page.Next);
        });
    }

    private async Task ExperimentsAsync(MlflowCall call)
    {
        var dataset = await _datasets.Value.GetAsync(call.Caller, Id(call), call.Cancelled);
        await call.AnswerAsync(json =>
        {
            json.WriteStartArray("experiment_ids"u8);
            foreach (var folder in dataset.Folders)
                json.WriteStringValue(ExperimentJson.Id(folder));
            json.WriteEndArray();
        });
    }

    private async Task AddExperimentsAsync(MlflowCall call) =>
        await AnswerAsync(call, await _datasets.Value.AssociateAsync(call.Caller, Id(call), Experiments(call.Fields), [], call.Cancelled));

    private async Task RemoveExperimentsAsync(MlflowCall call) =>
        await AnswerAsync(call, await _datasets.Value.AssociateAsync(call.Caller, Id(call), [], Experiments(call.Fields), call.Cancelled));

    private static List<long> Experiments(MlflowFields fields) => [.. fields.Texts("experiment_ids").Select(MlflowNames.Experiment)];

    private static AssetId Id(MlflowCall call) => EvaluationDatasetJson.ReadId(call.Route("dataset"));

    private static Task AnswerAsync(MlflowCall call, EvaluationDataset dataset) => call.AnswerAsync(json => EvaluationDatasetJson.WriteMember(json, dataset));
}
