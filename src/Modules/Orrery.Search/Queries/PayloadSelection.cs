using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Orrery.Search.Filters;

namespace Orrery.Search.Queries;

/// <summary>Which part of a payload is wanted.</summary>
/// <param name="Wanted">Whether anything is.</param>
/// <param name="Include">These paths alone; everything where null.</param>
/// <param name="Exclude">All but these.</param>
public sealed record PayloadSelection(bool Wanted, IReadOnlyList<PayloadPath>? Include = null, IReadOnlyList<PayloadPath>? Exclude = null)
{
    private static readonly byte[] Empty = "{}"u8.ToArray();
    private static readonly JsonWriterOptions Writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Everything.</summary>
    public static PayloadSelection All { get; } = new(true);

    /// <summary>Nothing.</summary>
    public static PayloadSelection None { get; } = new(false);

    internal ReadOnlyMemory<byte>? Of(byte[]? payload)
    {
        if (!Wanted)
            return null;
        if (payload is not { } content || (Include is null && Exclude is null))
            return payload ?? Empty;
        using var document = JsonDocument.Parse(content);
        var bytes = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(bytes, Writing))
            Write(writer, document.RootElement, Include?.Select(path => path.Steps).ToList(), Exclude?.Select(path => path.Steps).ToList() ?? []);
        return bytes.WrittenMemory;
    }

    // include: the steps that are left of each path that still leads here; null where all below is wanted.
    private static void Write(Utf8JsonWriter writer, JsonElement value, List<IReadOnlyList<PathStep>>? include, List<IReadOnlyList<PathStep>> exclude)
    {
        if (include is null && exclude.Count == 0)
        {
            value.WriteTo(writer);
            return;
        }

        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    if (!Descend(step => step.Key == member.Name, include, exclude, out var within, out var without) || (within is not null && member.Value.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array)))
                        continue;
                    writer.WritePropertyName(member.Name);
                    Write(writer, member.Value, within, without);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                var index = 0;
                foreach (var element in value.EnumerateArray())
                {
                    var here = index++;
                    if (Descend(step => step.Key is null && (step.Index is null || step.Index == here), include, exclude, out var within, out var without)
                        && (within is null || element.ValueKind is JsonValueKind.Object or JsonValueKind.Array))
                        Write(writer, element, within, without);
                }

                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static bool Descend(
        Predicate<PathStep> matches, List<IReadOnlyList<PathStep>>? include, List<IReadOnlyList<PathStep>> exclude,
        out List<IReadOnlyList<PathStep>>? within, out List<IReadOnlyList<PathStep>> without)
    {
        within = include is null ? null : After(include, matches);
        without = After(exclude, matches);
        if (without.Exists(steps => steps.Count == 0) || within is { Count: 0 })
            return false;
        if (within is not null && within.Exists(steps => steps.Count == 0))
            within = null;
        return true;
    }

    private static List<IReadOnlyList<PathStep>> After(List<IReadOnlyList<PathStep>> paths, Predicate<PathStep> matches) =>
        [.. paths.Where(steps => steps.Count > 0 && matches(steps[0])).Select(steps => (IReadOnlyList<PathStep>)[.. steps.Skip(1)])];
}
