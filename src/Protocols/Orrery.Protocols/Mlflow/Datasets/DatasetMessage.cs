using System.Text.Json;
using Orrery.Ledger.Runs.Datasets;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Datasets;

/// <summary>A dataset that a run read, as MLflow's message <c>DatasetInput</c>.</summary>
internal static class DatasetMessage
{
    // mlflow/utils/validation.py, 3.5
    private const int MaxName = 500;
    private const int MaxDigest = 36;
    private const int MaxSource = 65_535;
    private const int MaxSchema = 1_048_575;
    private const int MaxProfile = 16_777_215;
    private const int MaxTagKey = 255;
    private const int MaxTagValue = 500;

    public static RunDataset Read(MlflowFields input)
    {
        var dataset = input.Message("dataset") ?? throw MlflowException.Invalid("Dataset cannot be None");
        return new(
            Text(dataset, "name", MaxName), Text(dataset, "digest", MaxDigest), Text(dataset, "source_type", MaxSource), Text(dataset, "source", MaxSource),
            Optional(dataset, "schema", MaxSchema), Optional(dataset, "profile", MaxProfile), [.. input.Messages("tags").Select(Tag)]);
    }

    public static void Write(Utf8JsonWriter json, RunDataset dataset)
    {
        json.WritePairs("tags"u8, dataset.Tags);
        json.WriteStartObject("dataset"u8);
        json.WriteString("name"u8, dataset.Name);
        json.WriteString("digest"u8, dataset.Digest);
        json.WriteString("source_type"u8, dataset.SourceType);
        json.WriteString("source"u8, dataset.Source);
        json.WriteText("schema"u8, dataset.Schema);
        json.WriteText("profile"u8, dataset.Profile);
        json.WriteEndObject();
    }

    private static KeyValuePair<string, string> Tag(MlflowFields tag)
    {
        var (key, value) = (tag.Text("key") ?? throw MlflowException.Invalid("InputTag key cannot be None"), tag.Text("value") ?? throw MlflowException.Invalid("InputTag value cannot be None"));
        MlflowNames.CheckLength("key", key, MaxTagKey);
        MlflowNames.CheckLength("value", value, MaxTagValue);
        return new(key, value);
    }

    private static string Text(MlflowFields fields, string name, int most) =>
        Optional(fields, name, most) ?? throw MlflowException.Invalid($"Dataset {name} cannot be None");

    private static string? Optional(MlflowFields fields, string name, int most)
    {
        var text = fields.Text(name);
        if (text is not null)
            MlflowNames.CheckLength(name, text, most);
        return text;
    }
}
