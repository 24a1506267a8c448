using System.Globalization;
using System.Text;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>Python's <c>json.dumps(ensure_ascii=False)</c>, which is what Hugging Face's libraries put behind <c>tojson</c>.</summary>
internal static class TemplateJson
{
    public static string Write(object? value, Arguments arguments, int line)
    {
        var indent = arguments[0, "indent"] is long width ? (int)Math.Clamp(width, 0, 100) : (int?)null;
        var (between, colon) = (indent is null ? ", " : ",", ": ");
        if (arguments.Named.GetValueOrDefault("separators") is object?[] { Length: 2 } separators)
            (between, colon) = (Values.Text(separators[0]), Values.Text(separators[1]));
        var ascii = Values.IsTrue(arguments.Named.GetValueOrDefault("ensure_ascii"));
        var sorts = Values.IsTrue(arguments.Named.GetValueOrDefault("sort_keys"));
        return new Writer(indent, between, colon, ascii, sorts, line).Text(value);
    }

    private sealed class Writer(int? indent, string between, string colon, bool ascii, bool sorts, int line)
    {
        private readonly StringBuilder _text = new();

        public string Text(object? value)
        {
            Add(value, 0);
            return _text.ToString();
        }

        private void Add(object? value, int depth)
        {
            switch (value)
            {
                case null:
                    _text.Append("null");
                    break;
                case bool truth:
                    _text.Append(truth ? "true" : "false");
                    break;
                case long number:
                    _text.Append(number.ToString(CultureInfo.InvariantCulture));
                    break;
                case double number:
                    _text.Append(double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "Infinity" : "-Infinity") : Values.Number(number));
                    break;
                case string text:
                    AddString(text);
                    break;
                case Dictionary<string, object?> mapping:
                    var pairs = sorts ? mapping.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToList() : mapping.ToList();
                    AddAll('{', '}', pairs, depth, pair =>
                    {
                        AddString(pair.Key);
                        _text.Append(colon);
                        Add(pair.Value, depth + 1);
                    });
                    break;
                case List<object?> or object?[]:
                    AddAll('[', ']', Values.Items(value, line), depth, item => Add(item, depth + 1));
                    break;
                default:
                    throw TemplateFault.At(line, $"{Values.TypeName(value)} cannot be written as JSON.");
            }
        }

        private void AddAll<T>(char open, char close, IReadOnlyList<T> items, int depth, Action<T> add)
        {
            _text.Append(open);
            for (var i = 0; i < items.Count; i++)
            {
                _text.Append(i > 0 ? between : "");
                NewLine(depth + 1);
                add(items[i]);
            }

            if (items.Count > 0)
                NewLine(depth);
            _text.Append(close);
        }

        private void NewLine(int depth)
        {
            if (indent is { } width)
                _text.Append('\n').Append(' ', width * depth);
        }

        private void AddString(string text)
        {
            _text.Append('"');
            foreach (var letter in text)
            {
                _ = letter switch
                {
                    '"' => _text.Append("\\\""),
                    '\\' => _text.Append("\\\\"),
                    '\n' => _text.Append("\\n"),
                    '\r' => _text.Append("\\r"),
                    '\t' => _text.Append("\\t"),
                    '\b' => _text.Append("\\b"),
                    '\f' => _text.Append("\\f"),
                    < ' ' => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                    > '~' when ascii => _text.Append(CultureInfo.InvariantCulture, $"\\u{(int)letter:x4}"),
                    _ => _text.Append(letter),
                };
            }

            _text.Append('"');
        }
    }
}
