using System.Globalization;
using System.Text;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>What follows <c>|</c>.</summary>
internal static class Filters
{
    public static object? Apply(string name, object? value, Frame frame, Arguments arguments, int line)
    {
        var result = name switch
        {
            "tojson" => TemplateJson.Write(value, arguments, line),
            "trim" => arguments[0, "chars"] is string characters ? Values.Text(value).Trim(characters.ToCharArray()) : Values.Text(value).Trim(),
            "upper" => Values.Text(value).ToUpperInvariant(),
            "lower" => Values.Text(value).ToLowerInvariant(),
            "capitalize" => StringMethods.Capitalized(Values.Text(value)),
            "title" => StringMethods.Titled(Values.Text(value)),
            "string" => Values.Text(value),
            "safe" => value,
            "escape" or "e" => Values.Text(value).Replace("&", "&amp;").Replace("<", "&lt;").Replace(">", "&gt;").Replace("\"", "&#34;").Replace("'", "&#39;"),
            "replace" => StringMethods.Replace(Values.Text(value), Values.Text(arguments[0, "old"]), Values.Text(arguments[1, "new"]), arguments.Integer(2, "count", -1, line), frame, line),
            "indent" => Indent(Values.Text(value), arguments, line),
            "wordcount" => (long)Values.Text(value).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length,
            "default" or "d" => value is Undefined || (Values.IsTrue(arguments[1, "boolean"]) && !Values.IsTrue(value)) ? (arguments.Has(0, "default_value") ? arguments[0, "default_value"] : "") : value,
            "int" => Integer(value, arguments, line),
            "float" => Float(value, arguments),
            "abs" => value is long integer ? (object)Math.Abs(integer) : value is double real ? Math.Abs(real) : throw TemplateFault.At(line, $"{Values.TypeName(value)} has no absolute value."),
            "round" => Round(value, arguments, line),
            _ => ListFilters.Apply(name, value, frame, arguments, line),
        };
        if (result is string text)
            frame.CheckLength(text.Length, line);
        return result;
    }

    public static string Join(IEnumerable<string> parts, string separator, Frame frame, int line)
    {
        var joined = new StringBuilder();
        foreach (var part in parts)
        {
            joined.Append(joined.Length > 0 ? separator : "").Append(part);
            frame.CheckLength(joined.Length, line);
        }

        return joined.ToString();
    }

    private static string Indent(string text, Arguments arguments, int line)
    {
        var pad = arguments[0, "width"] is string given ? given : new string(' ', (int)Math.Clamp(arguments.Integer(0, "width", 4, line), 0, 1000));
        var (first, blank) = (Values.IsTrue(arguments[1, "first"]), Values.IsTrue(arguments[2, "blank"]));
        return string.Join('\n', text.Split('\n').Select((part, at) => (at == 0 ? first : blank || part.Length > 0) ? pad + part : part));
    }

    private static long Integer(object? value, Arguments arguments, int line) => value switch
    {
        long number => number,
        bool truth => truth ? 1L : 0L,
        double number when Math.Abs(number) < 9e18 => (long)number,
        string text when long.TryParse(text.Trim(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        string text when double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && Math.Abs(number) < 9e18 => (long)number,
        _ => arguments.Integer(0, "default", 0, line),
    };

    private static object? Float(object? value, Arguments arguments) => value switch
    {
        string text when double.TryParse(text.Trim(), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => number,
        _ when Arithmetic.TryNumber(value, out var number) => number,
        _ => arguments.Has(0, "default") ? arguments[0, "default"] : 0.0,
    };

    private static double Round(object? value, Arguments arguments, int line)
    {
        if (!Arithmetic.TryNumber(value, out var number))
            throw TemplateFault.At(line, $"{Values.TypeName(value)} cannot be rounded.");
        var digits = (int)Math.Clamp(arguments.Integer(0, "precision", 0, line), 0, 15);
        var scale = Math.Pow(10, digits);
        return arguments.Text(1, "method", "common") switch
        {
            "ceil" => Math.Ceiling(number * scale) / scale,
            "floor" => Math.Floor(number * scale) / scale,
            _ => Math.Round(number, digits, MidpointRounding.ToEven),
        };
    }
}
