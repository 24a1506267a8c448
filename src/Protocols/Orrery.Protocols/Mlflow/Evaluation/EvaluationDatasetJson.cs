using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Evaluation;
using Orrery.Protocols.Mlflow.Experiments;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Evaluation;

/// <summary>An evaluation dataset as MLflow's message, in which tags, schema, profile and records are JSON within texts (mlflow/protos/datasets.proto, 3.5).</summary>
internal static class EvaluationDatasetJson
{
    private const string IdPrefix = "d-";
    private const int DigestLength = 8; // as MLflow shows it

    public static AssetId ReadId(string id) => id.StartsWith(IdPrefix, StringComparison.Ordinal) && AssetId.TryParse(id[IdPrefix.Length..], out var asset)
        ? asset
        : throw new MlflowException(MlflowErrorCode.ResourceDoesNotExist, $"Evaluation dataset with id '{(id.Length > 80 ? id[..80] + "…" : id)}' not found");

    public static void WriteMember(Utf8JsonWriter json, EvaluationDataset dataset)
    {
        json.WriteStartObject("dataset"u8);
        Write(json, dataset);
        json.WriteEndObject();
    }

    public static void Write(Utf8JsonWriter json, EvaluationDataset dataset)
    {
        json.WriteString("dataset_id"u8, IdPrefix + dataset.Id);
        json.WriteString("name"u8, dataset.Name);
        json.WriteString("tags"u8, JsonSerializer.Serialize(dataset.Tags));
        json.WriteText("schema"u8, dataset.Schema);
        if (dataset.Records > 0)
            json.WriteString("profile"u8, FormattableString.Invariant($$"""{"num_records": {{dataset.Records}}}"""));
        json.WriteString("digest"u8, dataset.Digest.ToString()[..DigestLength]);
        json.WriteTime("created_time"u8, dataset.CreatedAt);
        json.WriteTime("last_update_time"u8, dataset.UpdatedAt);
        json.WriteString("created_by"u8, dataset.CreatedBy);
        json.WriteString("last_updated_by"u8, dataset.UpdatedBy);
        if (dataset.Folders.Count == 0)
            return;
        json.WriteStartArray("experiment_ids"u8);
        foreach (var folder in dataset.Folders)
            json.WriteStringValue(ExperimentJson.Id(folder));
        json.WriteEndArray();
    }

    /// <summary>A record as the object that MLflow's clients read from the text <c>records</c>.</summary>
    public static void WriteRecord(Utf8JsonWriter json, string dataset, EvaluationRecord record)
    {
        json.WriteStartObject();
        json.WriteString("dataset_record_id"u8, record.Id);
        json.WriteString("dataset_id"u8, dataset);
        WriteRaw(json, "inputs"u8, record.Inputs);
        WriteRaw(json, "outputs"u8, record.Outputs);
        WriteRaw(json, "expectations"u8, record.Expectations);
        WriteRaw(json, "tags"u8, record.Tags ?? "{}");
        WriteRaw(json, "source"u8, record.Source);
        json.WriteText("source_id"u8, RecordSource.Id(record.Source));
        if (RecordSource.Type(record.Source) is "TRACE" or "HUMAN" or "DOCUMENT" or "CODE")
            json.WriteString("source_type"u8, RecordSource.Type(record.Source));
        json.WriteTime("created_time"u8, record.CreatedAt);
        json.WriteTime("last_update_time"u8, record.UpdatedAt);
        json.WriteString("created_by"u8, record.CreatedBy);
        json.WriteString("last_updated_by"u8, record.UpdatedBy);
        json.WriteEndObject();
    }

    /// <summary>The records that the text <c>records</c> holds.</summary>
    public static IReadOnlyList<NewEvaluationRecord> ReadRecords(MlflowFields fields)
    {
        using var document = Parse(fields, "records");
        if (document.RootElement.ValueKind != JsonValueKind.Array)
            throw fields.Wrong("records", "Expected a list of records as JSON within a text.");
        return [.. document.RootElement.EnumerateArray().Select(record => record.ValueKind == JsonValueKind.Object
            ? new NewEvaluationRecord(Part(record, "inputs") ?? throw fields.Wrong("records", "Each record must have inputs."), Part(record, "outputs"), Part(record, "expectations"), Part(record, "tags"), Part(record, "source"))
            : throw fields.Wrong("records", "Expected a list of objects."))];
    }

    /// <summary>The tags that the text <c>tags</c> holds; a null takes none away.</summary>
    public static Dictionary<string, string> ReadTags(MlflowFields fields)
    {
        var tags = new Dictionary<string, string>();
        if (!fields.Has("tags") || fields.Text("tags") is "")
            return tags;
        using var document = Parse(fields, "tags");
        if (document.RootElement.ValueKind != JsonValueKind.Object)
            throw fields.Wrong("tags", "Expected an object as JSON within a text.");
        foreach (var tag in document.RootElement.EnumerateObject().Where(tag => tag.Value.ValueKind != JsonValueKind.Null))
            tags[tag.Name] = tag.Value.ValueKind == JsonValueKind.String ? tag.Value.GetString()! : tag.Value.GetRawText();
        return tags;
    }

    private static JsonDocument Parse(MlflowFields fields, string name)
    {
        try
        {
            return JsonDocument.Parse(fields.RequiredText(name));
        }
        catch (JsonException error)
        {
            throw fields.Wrong(name, $"It is no JSON: {error.Message}");
        }
    }

    // What is kept must outlive the request's document.
    private static JsonElement? Part(JsonElement record, string name) =>
        record.TryGetProperty(name, out var part) && (part.ValueKind != JsonValueKind.Null || name == "outputs") ? part.Clone() : null;

    private static void WriteRaw(Utf8JsonWriter json, ReadOnlySpan<byte> name, string? value)
    {
        if (value is null)
            return;
        json.WritePropertyName(name);
        json.WriteRawValue(value);
    }
}
