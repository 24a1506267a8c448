using System.Text;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>Python's arithmetic: integers stay integers but for <c>/</c>, <c>//</c> and <c>%</c> go towards minus infinity, texts and lists are joined and repeated.</summary>
internal static class Arithmetic
{
    public static bool TryNumber(object? value, out double number)
    {
        number = value switch { long integer => integer, double real => real, bool truth => truth ? 1 : 0, _ => double.NaN };
        return value is long or double or bool;
    }

    public static object Sign(bool isNegative, object? value, int line) => value switch
    {
        bool truth => (object)((truth ? 1L : 0L) * (isNegative ? -1 : 1)),
        long integer => isNegative ? -integer : integer,
        double real => isNegative ? -real : real,
        _ => throw TemplateFault.At(line, $"{Values.TypeName(value)} has no sign."),
    };

    public static object Apply(string name, object? left, object? right, Frame frame, int line)
    {
        if (name == "~")
            return Checked(Values.Text(left) + Values.Text(right), frame, line);
        if (left is bool truth)
            left = truth ? 1L : 0L;
        if (right is bool other)
            right = other ? 1L : 0L;
        return (name, left, right) switch
        {
            ("+", string a, string b) => Joined(a, b, frame, line),
            ("+", List<object?> a, List<object?> b) => Joined(a, b, frame, line),
            ("+", object?[] a, object?[] b) => (object?[])[.. a, .. b],
            ("*", string text, long count) => Repeated(text, count, frame, line),
            ("*", long count, string text) => Repeated(text, count, frame, line),
            ("*", List<object?> list, long count) => Repeated(list, count, frame, line),
            ("%", string format, _) => Format(format, right, frame, line),
            (_, long a, long b) => Integers(name, a, b, line),
            _ when TryNumber(left, out var a) && TryNumber(right, out var b) => Numbers(name, a, b, line),
            _ => throw TemplateFault.At(line, $"{Values.TypeName(left)} {name} {Values.TypeName(right)} is not defined."),
        };
    }

    private static object Integers(string name, long a, long b, int line)
    {
        if (b == 0 && name is "/" or "//" or "%")
            throw TemplateFault.At(line, "division by zero.");
        try
        {
            return name switch
            {
                "+" => checked(a + b),
                "-" => checked(a - b),
                "*" => checked(a * b),
                "/" => (double)a / b,
                "//" => checked(a / b) - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0),
                "%" => b == -1 ? 0L : ((a % b) + b) % b,
                _ => Power(a, b),
            };
        }
        catch (OverflowException)
        {
            throw TemplateFault.At(line, $"{a} {name} {b} is beyond 64 bits.");
        }
    }

    private static object Power(long a, long b)
    {
        if (b < 0)
            return Math.Pow(a, b);
        var power = 1L;
        // Beyond 63 only 0, 1 and -1 stay within 64 bits, and their powers repeat.
        for (var i = 0L; i < (a is >= -1 and <= 1 ? b % 2 + 2 * Math.Min(1, b / 2) : b); i++)
            power = checked(power * a);
        return power;
    }

    private static double Numbers(string name, double a, double b, int line) => name switch
    {
        "+" => a + b,
        "-" => a - b,
        "*" => a * b,
        "**" => Math.Pow(a, b),
        _ when b == 0 => throw TemplateFault.At(line, "division by zero."),
        "/" => a / b,
        "//" => Math.Floor(a / b),
        _ => a - (b * Math.Floor(a / b)),
    };

    private static string Joined(string a, string b, Frame frame, int line)
    {
        frame.CheckLength((long)a.Length + b.Length, line);
        return a + b;
    }

    private static List<object?> Joined(List<object?> a, List<object?> b, Frame frame, int line)
    {
        frame.CheckLength((long)a.Count + b.Count, line);
        return [.. a, .. b];
    }

    private static string Repeated(string text, long count, Frame frame, int line)
    {
        count = Math.Max(0, count);
        frame.CheckLength(count > int.MaxValue && text.Length > 0 ? long.MaxValue : text.Length * count, line);
        return text.Length == 0 ? "" : new StringBuilder().Insert(0, text, (int)count).ToString();
    }

    private static List<object?> Repeated(List<object?> list, long count, Frame frame, int line)
    {
        count = Math.Max(0, count);
        frame.CheckLength(count > int.MaxValue && list.Count > 0 ? long.MaxValue : list.Count * count, line);
        return list.Count == 0 ? [] : [.. Enumerable.Repeat(list, (int)count).SelectMany(part => part)];
    }

    private static string Format(string format, object? values, Frame frame, int line)
    {
        var items = values is object?[] tuple ? tuple : [values];
        var text = new StringBuilder();
        var next = 0;
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '%' || at + 1 == format.Length)
            {
                text.Append(format[at]);
                continue;
            }

            var kind = format[++at];
            if (kind != '%' && next == items.Length)
                throw TemplateFault.At(line, "the format has more places than there are values.");
            text.Append(kind switch
            {
                '%' => "%",
                's' => Values.Text(items[next++]),
                'r' => Values.Shown(items[next++]),
                'd' when TryNumber(items[next], out var number) => Values.Text((long)(items[next++] is long exact ? exact : number)),
                _ => throw TemplateFault.At(line, $"the format '%{kind}' is not supported; supported are %s, %d, %r."),
            });
        }

        return Checked(text.ToString(), frame, line);
    }

    private static string Checked(string text, Frame frame, int line)
    {
        frame.CheckLength(text.Length, line);
        return text;
    }
}
