using System.Buffers;
using System.Globalization;
using System.Text.Json;
using Orrery.Ledger.Json;

namespace Orrery.Ledger.Resources.Yaml;

/// <summary>Writes YAML nodes as JSON and remembers the line of each value. Aliases are written out here, so the number of values is bounded here.</summary>
internal sealed class YamlJson(string origin)
{
    public const int MaxValues = 100_000;
    public const int MaxBytes = 16 << 20; // aliases of long texts

    private readonly Dictionary<string, int> _lines = [];
    private int _values;

    public IReadOnlyDictionary<string, int> Lines => _lines;

    public JsonElement Convert(YamlNode node, int line)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
            Write(writer, node, "", line, 0);
        return JsonSerializer.Deserialize<JsonElement>(buffer.WrittenSpan);
    }

    private void Write(Utf8JsonWriter writer, YamlNode node, string path, int line, int depth)
    {
        if (++_values > MaxValues || writer.BytesCommitted + writer.BytesPending > MaxBytes)
            throw YamlErrors.At(origin, line, $"the document has more than {MaxValues} values, or {MaxBytes} bytes, once its aliases are written out");
        if (depth > YamlReader.MaxDepth) // aliases below aliases
            throw YamlErrors.At(origin, line, $"values are nested deeper than {YamlReader.MaxDepth} levels");
        _lines[path] = line;
        switch (node)
        {
            case YamlScalar scalar:
                YamlScalars.Write(writer, scalar);
                break;
            case YamlList list:
                writer.WriteStartArray();
                for (var i = 0; i < list.Items.Count; i++)
                    Write(writer, list.Items[i], JsonPath.Below(path, i.ToString(CultureInfo.InvariantCulture)), list.Items[i].Line, depth + 1);
                writer.WriteEndArray();
                break;
            case YamlMap map:
                writer.WriteStartObject();
                foreach (var entry in map.Entries)
                {
                    writer.WritePropertyName(entry.Key);
                    Write(writer, entry.Value, JsonPath.Below(path, entry.Key), entry.Line, depth + 1);
                }

                writer.WriteEndObject();
                break;
        }
    }
}
