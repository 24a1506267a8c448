using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orrery.Ledger.Resources.Yaml;

/// <summary>Writes JSON as YAML that reads back to the same JSON: text that would read as something else is quoted.</summary>
internal static class YamlWriter
{
    public static void WriteDocument(TextWriter output, IEnumerable<(string Key, JsonElement Value)> members)
    {
        var emitter = new Emitter(output, new EmitterSettings(bestIndent: 2, bestWidth: int.MaxValue, isCanonical: false, maxSimpleKeyLength: 1024, skipAnchorName: false));
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, MappingStyle.Block));
        foreach (var (key, value) in members)
        {
            EmitKey(emitter, key);
            Emit(emitter, value);
        }

        emitter.Emit(new MappingEnd());
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
    }

    private static void Emit(Emitter emitter, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                var empty = !value.EnumerateObject().Any();
                emitter.Emit(new MappingStart(AnchorName.Empty, TagName.Empty, isImplicit: true, empty ? MappingStyle.Flow : MappingStyle.Block));
                foreach (var member in value.EnumerateObject())
                {
                    EmitKey(emitter, member.Name);
                    Emit(emitter, member.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                // Short lists of scalars stand on one line, as people write them.
                var flow = value.GetArrayLength() <= 8 && value.EnumerateArray().All(item => item.ValueKind is not (JsonValueKind.Object or JsonValueKind.Array));
                emitter.Emit(new SequenceStart(AnchorName.Empty, TagName.Empty, isImplicit: true, flow ? SequenceStyle.Flow : SequenceStyle.Block));
                foreach (var item in value.EnumerateArray())
                    Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                EmitText(emitter, value.GetString()!);
                break;
            case JsonValueKind.Number:
                EmitPlain(emitter, value.GetRawText());
                break;
            default:
                EmitPlain(emitter, value.ValueKind switch { JsonValueKind.True => "true", JsonValueKind.False => "false", _ => "null" });
                break;
        }
    }

    private static void EmitPlain(Emitter emitter, string text) =>
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, ScalarStyle.Plain, isPlainImplicit: true, isQuotedImplicit: false));

    private static void EmitKey(Emitter emitter, string text) => EmitText(emitter, text, IsPlain(text) ? ScalarStyle.Plain : ScalarStyle.DoubleQuoted);

    private static void EmitText(Emitter emitter, string text) =>
        EmitText(emitter, text, IsPlain(text) ? ScalarStyle.Plain : IsBlock(text) ? ScalarStyle.Literal : ScalarStyle.DoubleQuoted);

    private static void EmitText(Emitter emitter, string text, ScalarStyle style) =>
        emitter.Emit(new Scalar(AnchorName.Empty, TagName.Empty, text, style, isPlainImplicit: true, isQuotedImplicit: true));

    // Stricter than YAML: what has no quotes is plainly text to a reader too.
    private static bool IsPlain(string text) => text.Length is > 0 and <= 120 && !YamlScalars.IsTyped(text) && text[^1] != ' '
        && (char.IsLetterOrDigit(text[0]) || text[0] is '.' or '/' or '_') && text.All(c => char.IsLetterOrDigit(c) || c is '.' or '/' or '_' or '-' or '@' or '+' or ' ');

    // Several printable lines, a prompt or a query, stand as they are.
    private static bool IsBlock(string text) => text.Contains('\n', StringComparison.Ordinal) && !char.IsWhiteSpace(text[0]) && !text.Contains(" \n", StringComparison.Ordinal)
        && !text.EndsWith(' ') && text.All(c => c == '\n' || c is >= ' ' and <= '~' || char.IsLetterOrDigit(c));
}
