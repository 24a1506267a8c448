using System.Globalization;
using System.Text;
using System.Text.Json;
using Orrery.Kernel;
using Orrery.Ledger.Json;
using Orrery.Ledger.Resources.Yaml;

namespace Orrery.Ledger.Resources;

/// <summary>Declared resources as YAML text: documents of <c>kind</c>, <c>name</c>, optionally <c>workspace</c>, and <c>spec</c>.</summary>
public static class ResourceYaml
{
    private static readonly string[] Keys = ["kind", "name", "workspace", "spec"];

    /// <summary>Reads all documents of a text.</summary>
    /// <param name="text">YAML of at most 4 Mi characters.</param>
    /// <param name="origin">Where it was read, for messages: <c>flights.yaml</c>.</param>
    /// <exception cref="InvalidException">It is no YAML, or a document has another shape; the message names the line.</exception>
    public static IReadOnlyList<ResourceDocument> Parse(string text, string origin) => [.. YamlReader.Read(text, origin).Select(node => Document(node, origin))];

    /// <summary>Writes documents so that <see cref="Parse"/> reads the same.</summary>
    public static string Write(params IEnumerable<ResourceDocument> documents)
    {
        var output = new StringWriter(new StringBuilder(), CultureInfo.InvariantCulture) { NewLine = "\n" };
        var first = true;
        foreach (var document in documents)
        {
            if (!first)
                output.Write("---\n");
            first = false;
            YamlWriter.WriteDocument(output, Members(document));
        }

        return output.ToString();
    }

    private static IEnumerable<(string, JsonElement)> Members(ResourceDocument document)
    {
        yield return ("kind", JsonSerializer.SerializeToElement(document.Kind.ToPascalCase(), LedgerJson.Options));
        yield return ("name", JsonSerializer.SerializeToElement(document.Name, LedgerJson.Options));
        if (document.Workspace is { } workspace)
            yield return ("workspace", JsonSerializer.SerializeToElement(workspace, LedgerJson.Options));
        yield return ("spec", document.Spec);
    }

    private static ResourceDocument Document(YamlNode node, string origin)
    {
        if (node is not YamlMap map)
            throw YamlErrors.At(origin, node.Line, "expected a document with the keys kind, name and spec");
        foreach (var entry in map.Entries)
        {
            if (!Keys.Contains(entry.Key))
                throw YamlErrors.At(origin, entry.Line, ValueNames.UnknownKey(entry.Key, Keys));
        }

        var kindText = Text(map, "kind", origin)!;
        if (!AssetKind.TryParse(kindText, out var kind))
            throw YamlErrors.At(origin, Entry(map, "kind")!.Line, $"'{kindText}' is no kind; a kind is written like FeatureView");
        var name = Text(map, "name", origin)!;
        var workspace = Text(map, "workspace", origin, optional: true);
        var spec = Entry(map, "spec");
        var json = new YamlJson(origin);
        var value = spec is null or { Value: YamlScalar { Plain: true, Text: "" } } ? new YamlMap(map.Line, []) : spec.Value;
        if (value is not YamlMap)
            throw YamlErrors.At(origin, value.Line, "expected a mapping of keys below 'spec'");
        return new(kind, name, json.Convert(value, spec?.Line ?? map.Line), origin) { Workspace = workspace, Lines = json.Lines };
    }

    private static YamlEntry? Entry(YamlMap map, string key) => map.Entries.FirstOrDefault(entry => entry.Key == key);

    private static string? Text(YamlMap map, string key, string origin, bool optional = false)
    {
        if (Entry(map, key) is not { } entry)
            return optional ? null : throw YamlErrors.At(origin, map.Line, $"the document that begins here has no '{key}'");
        return entry.Value is YamlScalar { Text.Length: > 0 } scalar ? scalar.Text : throw YamlErrors.At(origin, entry.Line, $"'{key}' must be text");
    }
}
