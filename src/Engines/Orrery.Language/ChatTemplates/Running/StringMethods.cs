using System.Text;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>Python's methods of strings, as far as templates use them.</summary>
internal static class StringMethods
{
    public static ICallable? Find(string text, string name) => name switch
    {
        "strip" => Strip(text, (value, characters) => characters is null ? value.Trim() : value.Trim(characters)),
        "lstrip" => Strip(text, (value, characters) => characters is null ? value.TrimStart() : value.TrimStart(characters)),
        "rstrip" => Strip(text, (value, characters) => characters is null ? value.TrimEnd() : value.TrimEnd(characters)),
        "removeprefix" => With(text, (value, part) => value.StartsWith(part, StringComparison.Ordinal) ? value[part.Length..] : value),
        "removesuffix" => With(text, (value, part) => part.Length > 0 && value.EndsWith(part, StringComparison.Ordinal) ? value[..^part.Length] : value),
        "upper" => new Function((_, _, _) => text.ToUpperInvariant()),
        "lower" => new Function((_, _, _) => text.ToLowerInvariant()),
        "capitalize" => new Function((_, _, _) => Capitalized(text)),
        "title" => new Function((_, _, _) => Titled(text)),
        "startswith" => new Function((_, arguments, line) => Parts(arguments, line).Any(part => text.StartsWith(part, StringComparison.Ordinal))),
        "endswith" => new Function((_, arguments, line) => Parts(arguments, line).Any(part => text.EndsWith(part, StringComparison.Ordinal))),
        "find" => With(text, (value, part) => Place(value, value.IndexOf(part, StringComparison.Ordinal))),
        "rfind" => With(text, (value, part) => Place(value, value.LastIndexOf(part, StringComparison.Ordinal))),
        "count" => With(text, (value, part) => (long)(part.Length == 0 ? value.Length + 1 : value.AsSpan().Count(part))),
        "replace" => new Function((frame, arguments, line) => Replace(text, arguments, frame, line)),
        "split" => new Function((_, arguments, line) => Split(text, arguments, fromRight: false, line)),
        "rsplit" => new Function((_, arguments, line) => Split(text, arguments, fromRight: true, line)),
        "splitlines" => new Function((_, _, _) => Lines(text)),
        "join" => new Function((frame, arguments, line) => Filters.Join(Values.Items(arguments[0, "iterable"], line).Select(Values.Text), text, frame, line)),
        "isdigit" => new Function((_, _, _) => text.Length > 0 && text.All(char.IsDigit)),
        "isalpha" => new Function((_, _, _) => text.Length > 0 && text.All(char.IsLetter)),
        "isalnum" => new Function((_, _, _) => text.Length > 0 && text.All(char.IsLetterOrDigit)),
        "isspace" => new Function((_, _, _) => text.Length > 0 && text.All(char.IsWhiteSpace)),
        "isupper" => new Function((_, _, _) => text.Any(char.IsUpper) && !text.Any(char.IsLower)),
        "islower" => new Function((_, _, _) => text.Any(char.IsLower) && !text.Any(char.IsUpper)),
        _ => null,
    };

    public static string Capitalized(string text) => text.Length == 0 ? text : text[..1].ToUpperInvariant() + text[1..].ToLowerInvariant();

    /// <summary>Every letter after something that is no letter is a capital, the others are small.</summary>
    public static string Titled(string text)
    {
        var titled = new StringBuilder(text.Length);
        foreach (var letter in text)
            titled.Append(titled.Length > 0 && char.IsLetter(titled[^1]) ? char.ToLowerInvariant(letter) : char.ToUpperInvariant(letter));
        return titled.ToString();
    }

    private static Function Strip(string text, Func<string, char[]?, string> strip) =>
        new((_, arguments, _) => strip(text, arguments[0, "chars"] is string characters ? characters.ToCharArray() : null));

    private static Function With(string text, Func<string, string, object> work) =>
        new((_, arguments, line) => work(text, arguments[0, "part"] as string ?? throw TemplateFault.At(line, $"expected a string, found {Values.TypeName(arguments[0, "part"])}.")));

    private static IEnumerable<string> Parts(Arguments arguments, int line) => arguments[0, "prefix"] switch
    {
        string part => [part],
        object?[] parts when parts.All(part => part is string) => parts.Cast<string>(),
        var other => throw TemplateFault.At(line, $"expected a string or a tuple of strings, found {Values.TypeName(other)}."),
    };

    private static string Replace(string text, Arguments arguments, Frame frame, int line)
    {
        var (old, replacement) = (Values.Text(arguments[0, "old"]), Values.Text(arguments[1, "new"]));
        return Replace(text, old, replacement, arguments.Integer(2, "count", -1, line), frame, line);
    }

    public static string Replace(string text, string old, string replacement, long count, Frame frame, int line)
    {
        if (old.Length == 0)
            throw TemplateFault.At(line, "an empty string cannot be replaced.");
        frame.CheckLength(text.Length + ((long)text.AsSpan().Count(old) * replacement.Length), line);
        if (count < 0)
            return text.Replace(old, replacement, StringComparison.Ordinal);
        var written = new StringBuilder();
        var at = 0;
        for (int found; count > 0 && (found = text.IndexOf(old, at, StringComparison.Ordinal)) >= 0; count--, at = found + old.Length)
            written.Append(text, at, found - at).Append(replacement);
        return written.Append(text, at, text.Length - at).ToString();
    }

    private static List<object?> Split(string text, Arguments arguments, bool fromRight, int line)
    {
        var most = arguments.Integer(1, "maxsplit", -1, line);
        List<string> parts;
        var separator = arguments[0, "sep"] as string;
        if (separator is null)
        {
            parts = [.. text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)];
            if (most >= 0 && parts.Count > most + 1)
                return Limited(text, (int)most, fromRight);
            return [.. parts];
        }

        if (separator.Length == 0)
            throw TemplateFault.At(line, "a text cannot be split at an empty string.");
        parts = [.. text.Split(separator)];
        if (most < 0 || parts.Count <= most + 1)
            return [.. parts];
        var cut = fromRight ? parts.Count - (int)most : (int)most;
        return fromRight
            ? [string.Join(separator, parts[..cut]), .. parts[cut..]]
            : [.. parts[..cut], string.Join(separator, parts[cut..])];
    }

    private static List<object?> Limited(string text, int most, bool fromRight)
    {
        var parts = new List<object?>();
        var rest = text.Trim();
        for (; most > 0; most--)
        {
            var cut = fromRight ? rest.Length - rest.Reverse().TakeWhile(letter => !char.IsWhiteSpace(letter)).Count() : rest.TakeWhile(letter => !char.IsWhiteSpace(letter)).Count();
            parts.Add(fromRight ? rest[cut..] : rest[..cut]);
            rest = fromRight ? rest[..cut].TrimEnd() : rest[cut..].TrimStart();
        }

        parts.Add(rest);
        if (fromRight)
            parts.Reverse();
        return parts;
    }

    private static List<object?> Lines(string text)
    {
        var lines = text.ReplaceLineEndings("\n").Split('\n').ToList<object?>();
        if (lines[^1] is "")
            lines.RemoveAt(lines.Count - 1);
        return lines;
    }

    /// <summary>A place in characters, where .NET counts halves of some.</summary>
    private static long Place(string text, int index) => index < 0 ? -1 : text[..index].EnumerateRunes().Count();
}
