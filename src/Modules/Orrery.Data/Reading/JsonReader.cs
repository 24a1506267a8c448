using System.Text;
using System.Text.Json;
using Orrery.Data.Ingestion;
using Orrery.Kernel;

namespace Orrery.Data.Reading;

/// <summary>Records that are JSON objects; the columns are the properties of all of them, in the order in which they first come.</summary>
internal abstract class JsonReader(IReadOnlyList<string> columns) : RecordReader
{
    private static readonly JsonReaderOptions Options = new() { MaxDepth = 32 };

    private readonly string?[] _values = new string?[columns.Count];
    private readonly bool[] _isGiven = new bool[columns.Count];
    private readonly Dictionary<string, int> _positions = columns.Select((c, i) => (c, i)).ToDictionary(p => p.c, p => p.i, StringComparer.OrdinalIgnoreCase);

    public override IReadOnlyList<string> Columns { get; } = columns;

    public override string? Value(int column) => _values[column];

    /// <summary>Adds the properties of a record to the columns; a record that is no object adds none.</summary>
    protected static void Collect(JsonElement record, List<string> columns, HashSet<string> seen, int maxColumns)
    {
        if (record.ValueKind != JsonValueKind.Object)
            return;
        foreach (var property in record.EnumerateObject())
        {
            if (!seen.Add(property.Name))
                continue;
            columns.Add(property.Name);
            if (columns.Count > maxColumns)
                throw new InvalidException($"A file has at most {maxColumns} columns; its objects have more different properties.");
        }
    }

    /// <summary>The document in a text; null, and the defect, where there is none.</summary>
    protected static JsonDocument? Parse(ReadOnlySpan<byte> text, out RecordDefect? defect)
    {
        try
        {
            defect = null;
            var reader = new Utf8JsonReader(text, Options);
            var document = JsonDocument.ParseValue(ref reader);
            if (!reader.Read())
                return document;
        }
        catch (JsonException error)
        {
            defect = new(QuarantineReason.InvalidJson, $"A JSON object was expected. {error.Message}");
            return null;
        }

        defect = new(QuarantineReason.InvalidJson, "One JSON object a line was expected; more follows.");
        return null;
    }

    /// <summary>Takes a record's values.</summary>
    protected void Take(JsonElement record)
    {
        Array.Clear(_values);
        if (record.ValueKind != JsonValueKind.Object)
        {
            Defect = new(QuarantineReason.InvalidJson, $"A JSON object was expected, {record.ValueKind} came.");
            return;
        }

        Array.Clear(_isGiven);
        foreach (var property in record.EnumerateObject())
        {
            var at = _positions[property.Name];
            if (_isGiven[at])
                Defect = new(QuarantineReason.InvalidJson, $"The property '{property.Name}' is there twice; upper and lower case make no difference.");
            _isGiven[at] = true;
            _values[at] = Text(property.Value);
        }

        if (_values.Any(v => v?.Contains('\0') == true))
            Defect = new(QuarantineReason.InvalidEncoding, "The record holds a NUL character, which text does not have.");
    }

    /// <summary>The first bytes of a record, for people.</summary>
    protected static string Cut(ReadOnlySpan<byte> raw) => Encoding.UTF8.GetString(raw[..Math.Min(RawBytes, raw.Length)]);

    private static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => value.GetString(),
        _ => value.GetRawText(),
    };
}
