using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Orrery.Kernel;
using Orrery.Preparation.Steps;

namespace Orrery.Preparation.Graph;

/// <summary>The file form of a fitted transform.</summary>
internal sealed record FittedDocument
{
    public const string FormatName = "orrery.transform";
    public const int CurrentVersion = 1;

    [JsonPropertyOrder(-2)]
    public required string Format { get; init; }

    [JsonPropertyOrder(-1)]
    public required int Version { get; init; }

    public required TransformSpec Spec { get; init; }

    /// <summary>By position in the declaration.</summary>
    public required FittedStep[] Steps { get; init; }
}

/// <summary>
/// JSON of declarations and of what was fitted. Floats are written with the fewest digits that read back to the same bits.
/// </summary>
internal static class PreparationJson
{
    /// <summary>
    /// By reflection: the source generator of .NET 10 writes default(T) into every init property that the JSON leaves out, and so loses
    /// the options' documented defaults.
    /// </summary>
    public static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        AllowOutOfOrderMetadataProperties = true,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        TypeInfoResolver = new DefaultJsonTypeInfoResolver(),
    };

    public static byte[] Write(TransformSpec spec) => JsonSerializer.SerializeToUtf8Bytes(spec, Options);

    public static byte[] Write(FittedGraph graph) => JsonSerializer.SerializeToUtf8Bytes(
        new FittedDocument
        {
            Format = FittedDocument.FormatName,
            Version = FittedDocument.CurrentVersion,
            Spec = graph.Spec,
            Steps = [.. graph.Steps],
        },
        Options);

    public static string Text(IReadOnlyList<ColumnSpec> columns) => JsonSerializer.Serialize(columns, Options);

    public static string Text(IReadOnlyList<string> names) => JsonSerializer.Serialize(names, Options);

    public static FittedGraph ReadFitted(ReadOnlySpan<byte> utf8Json)
    {
        CheckFormat(utf8Json);
        try
        {
            var document = JsonSerializer.Deserialize<FittedDocument>(utf8Json, Options)!;
            var plan = TransformPlan.Of(document.Spec);
            return document.Steps.Length == document.Spec.Steps.Count && !document.Steps.Contains(null!)
                ? new(plan, document.Steps)
                : throw new InvalidException($"The fitted transform declares {document.Spec.Steps.Count} steps and has learnt "
                    + $"{document.Steps.Length}.");
        }
        catch (JsonException e)
        {
            throw new InvalidException($"The fitted transform is damaged at {e.Path ?? "$"}: {e.Message}", e);
        }
    }

    /// <summary>Looked at before the rest, since a newer format need not even parse.</summary>
    private static void CheckFormat(ReadOnlySpan<byte> utf8Json)
    {
        string? format = null;
        int? version = null;
        try
        {
            var reader = new Utf8JsonReader(utf8Json);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root)
            {
                format = root.TryGetProperty("format", out var f) && f.ValueKind == JsonValueKind.String ? f.GetString() : null;
                version = root.TryGetProperty("version", out var v) && v.TryGetInt32(out var number) ? number : null;
            }
        }
        catch (JsonException e)
        {
            throw new InvalidException($"Not a fitted transform: it is not JSON ({e.Message})", e);
        }

        if (format != FittedDocument.FormatName)
            throw new InvalidException($"Not a fitted transform: expected JSON with "
                + $"\"format\": \"{FittedDocument.FormatName}\", got '{format ?? "none"}'.");
        if (version != FittedDocument.CurrentVersion)
            throw new InvalidException($"The fitted transform is of format version {version}; this Orrery reads version "
                + $"{FittedDocument.CurrentVersion}. Fit it again, or update.");
    }
}
