using Orrery.Kernel;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Orrery.Ledger.Resources.Yaml;

/// <summary>
/// Reads YAML text into nodes. The text is hostile: length and depth are bounded, tags are refused (so no document chooses a type),
/// an alias shares its anchor's node and costs nothing until it is written out, which <see cref="YamlJson"/> bounds.
/// </summary>
internal sealed class YamlReader
{
    public const int MaxCharacters = 4 << 20;
    public const int MaxDepth = 48; // below the 64 that the JSON reader allows
    public const int MaxDocuments = 1000;

    private readonly string _origin;
    private readonly Parser _parser;
    private readonly Dictionary<string, YamlNode> _anchors = [];

    private YamlReader(string text, string origin)
    {
        _origin = origin;
        _parser = new(new StringReader(text));
    }

    /// <summary>The root of each document that is not empty.</summary>
    public static IReadOnlyList<YamlNode> Read(string text, string origin)
    {
        if (text.Length > MaxCharacters)
            throw new QuotaExceededException($"{origin} has {text.Length} characters; a file of resources has at most {MaxCharacters}.");
        var reader = new YamlReader(text, origin);
        try
        {
            return reader.Documents();
        }
        catch (YamlException error)
        {
            throw YamlErrors.At(origin, LineOf(error, text), (error.InnerException?.Message ?? error.Message).TrimEnd('.'));
        }
    }

    // The end is where it went wrong, the start perhaps a mapping far above; but of a tab the parser tells only the mapping. At the end of the
    // text the mark stands after the last line.
    private static int LineOf(YamlException error, string text)
    {
        var lines = text.Split('\n');
        var tab = error.Message.Contains("tab", StringComparison.Ordinal) ? Array.FindIndex(lines, line => line.TrimStart(' ').StartsWith('\t')) + 1 : 0;
        return tab > 0 ? tab : (int)Math.Min(error.End.Line, lines.Length);
    }

    private List<YamlNode> Documents()
    {
        var documents = new List<YamlNode>();
        _parser.Consume<StreamStart>();
        while (!_parser.TryConsume<StreamEnd>(out _))
        {
            _anchors.Clear();
            _parser.Consume<DocumentStart>();
            var root = Node(0);
            _parser.Consume<DocumentEnd>();
            if (root is YamlScalar { Plain: true, Text: "" })
                continue;
            if (documents.Count == MaxDocuments)
                throw new QuotaExceededException($"{_origin} has more than {MaxDocuments} documents; apply it in parts.");
            documents.Add(root);
        }

        return documents;
    }

    private YamlNode Node(int depth)
    {
        var current = _parser.Consume<ParsingEvent>();
        var line = (int)current.Start.Line;
        if (depth > MaxDepth)
            throw YamlErrors.At(_origin, line, $"values are nested deeper than {MaxDepth} levels");
        if (current is AnchorAlias alias)
        {
            return _anchors.TryGetValue(alias.Value.Value, out var target)
                ? target
                : throw YamlErrors.At(_origin, line, $"no anchor '&{alias.Value.Value}' before this alias");
        }

        var start = (NodeEvent)current;
        if (!start.Tag.IsEmpty && !start.Tag.IsNonSpecific)
            throw YamlErrors.At(_origin, line, $"the tag '{start.Tag.Value}' is not allowed; write the plain value");
        YamlNode node = start switch
        {
            Scalar scalar => new YamlScalar(line, scalar.Value, scalar.Style is ScalarStyle.Plain or ScalarStyle.Any),
            SequenceStart => List(line, depth),
            _ => Map(line, depth),
        };
        if (!start.Anchor.IsEmpty)
            _anchors[start.Anchor.Value] = node;
        return node;
    }

    private YamlList List(int line, int depth)
    {
        var items = new List<YamlNode>();
        while (!_parser.TryConsume<SequenceEnd>(out _))
            items.Add(Node(depth + 1));
        return new(line, items);
    }

    private YamlMap Map(int line, int depth)
    {
        var entries = new List<YamlEntry>();
        var keys = new HashSet<string>(StringComparer.Ordinal);
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (Node(depth + 1) is not YamlScalar key)
                throw YamlErrors.At(_origin, line, "a key must be text");
            if (!keys.Add(key.Text))
                throw YamlErrors.At(_origin, key.Line, $"the key '{key.Text}' is there twice");
            entries.Add(new(key.Line, key.Text, Node(depth + 1)));
        }

        return new(line, entries);
    }
}
