using System.Text.Json;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlScalar = YamlDotNet.Core.Events.Scalar;

namespace Orrery.Cli.Output;

/// <summary>Writes JSON as YAML, keeping the order of keys and quoting texts that YAML would read as something else.</summary>
internal static class YamlText
{
    public static string Of(JsonElement element)
    {
        using var writer = new StringWriter();
        var emitter = new Emitter(writer);
        emitter.Emit(new StreamStart());
        emitter.Emit(new DocumentStart(null, null, isImplicit: true));
        Emit(emitter, element);
        emitter.Emit(new DocumentEnd(isImplicit: true));
        emitter.Emit(new StreamEnd());
        return writer.ToString();
    }

    private static void Emit(Emitter emitter, JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                emitter.Emit(new MappingStart());
                foreach (var property in element.EnumerateObject())
                {
                    emitter.Emit(new YamlScalar(property.Name));
                    Emit(emitter, property.Value);
                }

                emitter.Emit(new MappingEnd());
                break;
            case JsonValueKind.Array:
                emitter.Emit(new SequenceStart(null, null, isImplicit: true, SequenceStyle.Block));
                foreach (var item in element.EnumerateArray())
                    Emit(emitter, item);
                emitter.Emit(new SequenceEnd());
                break;
            case JsonValueKind.String:
                var text = element.GetString()!;
                emitter.Emit(new YamlScalar(null, null, text, NeedsQuotes(text) ? ScalarStyle.DoubleQuoted : ScalarStyle.Any, true, true));
                break;
            default:
                emitter.Emit(new YamlScalar(element.GetRawText()));
                break;
        }
    }

    // A plain scalar of this form would be read back as a number, a boolean or null.
    private static bool NeedsQuotes(string text) => text.Length == 0 || text is "null" or "~" or "true" or "false" or "yes" or "no" or "on" or "off"
        || char.IsAsciiDigit(text[0]) && double.TryParse(text, System.Globalization.CultureInfo.InvariantCulture, out _);
}
