using System.Globalization;
using System.Text;
using Orrery.Kernel;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>The names that a template finds: the conversation, and Hugging Face's functions.</summary>
internal static class Globals
{
    /// <summary>Jinja2's sandbox allows ranges of this length.</summary>
    private const long MaxRange = 100_000;

    public static Dictionary<string, object?> For(ChatTemplateInput input)
    {
        var names = new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["range"] = new Function((_, arguments, line) => Range(arguments, line)),
            ["namespace"] = new Function((_, arguments, line) => MakeNamespace(arguments, line)),
            ["dict"] = new Function((_, arguments, line) => MakeNamespace(arguments, line).Members),
            ["raise_exception"] = new Function((_, arguments, _) => throw new InvalidException($"The model's chat template refuses the conversation: {Values.Text(arguments[0, "message"])}")),
            ["strftime_now"] = new Function((_, arguments, _) => TemplateTime.Format(input.Now, Values.Text(arguments[0, "format"]))),
            ["messages"] = Values.Of(input.Messages),
            ["tools"] = input.Tools is { } tools ? Values.Of(tools) : null,
            ["documents"] = null,
            ["add_generation_prompt"] = input.AddGenerationPrompt,
            ["bos_token"] = input.BosToken,
            ["eos_token"] = input.EosToken,
        };
        if (input.Variables is { ValueKind: System.Text.Json.JsonValueKind.Object } variables)
        {
            foreach (var variable in variables.EnumerateObject())
                names[variable.Name] = Values.Of(variable.Value);
        }

        return names;
    }

    private static List<object?> Range(Arguments arguments, int line)
    {
        var numbers = arguments.Positional.Select(value => value is long number ? number : throw TemplateFault.At(line, "a range goes by integers.")).ToArray();
        var (start, stop, step) = numbers switch
        {
            [var to] => (0L, to, 1L),
            [var from, var to] => (from, to, 1L),
            [var from, var to, var by] when by != 0 => (from, to, by),
            _ => throw TemplateFault.At(line, "a range needs one to three numbers, and a step that is not zero."),
        };
        var items = new List<object?>();
        for (var at = start; step > 0 ? at < stop : at > stop; at += step)
        {
            if (items.Count >= MaxRange)
                throw TemplateFault.At(line, $"a range must not be longer than {MaxRange}.");
            items.Add(at);
        }

        return items;
    }

    private static Namespace MakeNamespace(Arguments arguments, int line)
    {
        var box = new Namespace();
        if (arguments.Positional.Count > 0)
        {
            foreach (var (name, value) in arguments.Positional[0] as Dictionary<string, object?> ?? throw TemplateFault.At(line, "a namespace is made of a mapping or of named values."))
                box.Members[name] = value;
        }

        foreach (var (name, value) in arguments.Named)
            box.Members[name] = value;
        return box;
    }
}

/// <summary>C's <c>strftime</c> in English, as far as dates in prompts need it.</summary>
internal static class TemplateTime
{
    public static string Format(DateTimeOffset time, string format)
    {
        var text = new StringBuilder();
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }

            var letter = format[++at];
            var isBare = letter == '-' && at + 1 < format.Length;
            var part = Part(time, isBare ? format[++at] : letter);
            text.Append(isBare && part.Length > 1 ? part.TrimStart('0') : part);
        }

        return text.ToString();
    }

    private static string Part(DateTimeOffset time, char letter)
    {
        string With(string format) => time.ToString(format, CultureInfo.InvariantCulture);
        return letter switch
        {
            'Y' => With("yyyy"),
            'y' => With("yy"),
            'm' => With("MM"),
            'd' => With("dd"),
            'H' => With("HH"),
            'I' => With("hh"),
            'M' => With("mm"),
            'S' => With("ss"),
            'B' => With("MMMM"),
            'b' or 'h' => With("MMM"),
            'A' => With("dddd"),
            'a' => With("ddd"),
            'p' => With("tt"),
            'f' => With("ffffff"),
            'F' => With("yyyy-MM-dd"),
            'T' => With("HH:mm:ss"),
            'D' => With("MM/dd/yy"),
            'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
            'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
            'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
            'Z' => "UTC",
            'z' => With("zzz").Replace(":", "", StringComparison.Ordinal),
            '%' => "%",
            'n' => "\n",
            't' => "\t",
            _ => "%" + letter,
        };
    }
}
