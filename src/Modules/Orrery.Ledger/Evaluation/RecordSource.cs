using System.Text.Json;

namespace Orrery.Ledger.Evaluation;

/// <summary>Where a record is from: <c>{"source_type": "TRACE", "source_data": {"trace_id": "tr-…"}}</c>, as MLflow's clients say it.</summary>
public static class RecordSource
{
    /// <summary>The type; null where nobody says.</summary>
    public static string? Type(string? source) => Read(source, root => Text(root, "source_type"))?.ToUpperInvariant();

    /// <summary>What it is from; null where nobody says.</summary>
    public static string? Id(string? source) => Trace(source) ?? Read(source, root => Data(root) is { } data ? Text(data, "source_id") : null);

    /// <summary>The trace that it is from; null where it is from something else.</summary>
    public static string? Trace(string? source) => Type(source) == "TRACE" ? Read(source, root => Data(root) is { } data ? Text(data, "trace_id") : null) : null;

    private static string? Read(string? source, Func<JsonElement, string?> read)
    {
        if (source is null)
            return null;
        using var document = JsonDocument.Parse(source);
        return document.RootElement.ValueKind == JsonValueKind.Object ? read(document.RootElement) : null;
    }

    private static JsonElement? Data(JsonElement root) => root.TryGetProperty("source_data", out var data) && data.ValueKind == JsonValueKind.Object ? data : null;

    private static string? Text(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
