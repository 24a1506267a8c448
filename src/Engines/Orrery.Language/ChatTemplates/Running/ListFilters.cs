using Orrery.Kernel;

namespace Orrery.Language.ChatTemplates.Running;

/// <summary>Filters over lists, mappings and texts as lists.</summary>
internal static class ListFilters
{
    public static object? Apply(string name, object? value, Frame frame, Arguments arguments, int line)
    {
        if (name is "items" or "dictsort" && value is not (Dictionary<string, object?> or Undefined))
            throw TemplateFault.At(line, $"'{name}' is for mappings, not for {Values.TypeName(value)}.");
        var items = value is string or List<object?> or object?[] or Dictionary<string, object?> or Undefined
            ? Values.Items(value, line)
            : Known.Contains(name) ? throw TemplateFault.At(line, $"'{name}' is for lists, not for {Values.TypeName(value)}.") : [];
        frame.CheckLength(items.Count, line);
        return name switch
        {
            "length" or "count" => (long)items.Count,
            "first" => items.Count > 0 ? items[0] : new Undefined("the first of nothing"),
            "last" => items.Count > 0 ? items[^1] : new Undefined("the last of nothing"),
            "list" => items.ToList(),
            "join" => Filters.Join(Attributes(items, arguments, line).Select(Values.Text), arguments.Text(0, "d", ""), frame, line),
            "items" => value is Dictionary<string, object?> mapping ? mapping.Select(pair => (object?)new object?[] { pair.Key, pair.Value }).ToList() : [],
            "dictsort" => value is Dictionary<string, object?> mapping ? mapping.OrderBy(pair => pair.Key.ToLowerInvariant(), StringComparer.Ordinal).Select(pair => (object?)new object?[] { pair.Key, pair.Value }).ToList() : [],
            "reverse" => value is string ? string.Concat(items.Reverse()) : items.Reverse().ToList(),
            "sort" => Sort(items, arguments, line),
            "unique" => Unique(items),
            "sum" => Attributes(items, arguments, line).Aggregate((object)(arguments[1, "start"] is long or double ? arguments[1, "start"]! : 0L), (total, item) => Arithmetic.Apply("+", total, item, frame, line)),
            "min" => items.Count == 0 ? new Undefined("the least of nothing") : items.Aggregate((a, b) => Comparing.Order(Folded(b), Folded(a), line) < 0 ? b : a),
            "max" => items.Count == 0 ? new Undefined("the greatest of nothing") : items.Aggregate((a, b) => Comparing.Order(Folded(b), Folded(a), line) > 0 ? b : a),
            "map" => Map(items, frame, arguments, line),
            "select" => items.Where(item => Passes(item, arguments, 0, line)).ToList(),
            "reject" => items.Where(item => !Passes(item, arguments, 0, line)).ToList(),
            "selectattr" => items.Where(item => Passes(Path(item, Values.Text(arguments[0, "attribute"]), line), arguments, 1, line)).ToList(),
            "rejectattr" => items.Where(item => !Passes(Path(item, Values.Text(arguments[0, "attribute"]), line), arguments, 1, line)).ToList(),
            _ => throw TemplateFault.At(line, $"the filter '{name}' is not known."),
        };
    }

    private static readonly HashSet<string> Known =
    [
        "length", "count", "first", "last", "list", "join", "reverse", "sort", "unique", "sum", "min", "max", "map", "select", "reject", "selectattr", "rejectattr",
    ];

    private static bool Passes(object? item, Arguments arguments, int place, int line) => arguments.Positional.Count <= place
        ? Values.IsTrue(item)
        : Tests.Holds(Values.Text(arguments.Positional[place]), item, new Arguments([.. arguments.Positional.Skip(place + 1)], arguments.Named), line);

    private static List<object?> Map(IReadOnlyList<object?> items, Frame frame, Arguments arguments, int line)
    {
        if (arguments.Named.ContainsKey("attribute"))
        {
            return [.. Attributes(items, arguments, line).Select(item => item is Undefined && arguments.Named.TryGetValue("default", out var otherwise) ? otherwise : item)];
        }

        if (arguments.Positional.Count == 0)
            throw TemplateFault.At(line, "'map' needs a filter or an attribute.");
        var rest = new Arguments([.. arguments.Positional.Skip(1)], arguments.Named);
        return [.. items.Select(item => Filters.Apply(Values.Text(arguments.Positional[0]), item, frame, rest, line))];
    }

    private static IEnumerable<object?> Attributes(IReadOnlyList<object?> items, Arguments arguments, int line) =>
        arguments.Named.TryGetValue("attribute", out var attribute) ? items.Select(item => Path(item, Values.Text(attribute), line)) : items;

    /// <summary><c>a.b.0</c>.</summary>
    private static object? Path(object? item, string path, int line)
    {
        foreach (var part in path.Split('.'))
            item = Members.Item(item, long.TryParse(part, out var index) ? index : part, line);
        return item;
    }

    private static List<object?> Sort(IReadOnlyList<object?> items, Arguments arguments, int line)
    {
        var keeps = Values.IsTrue(arguments[1, "case_sensitive"]);
        var keys = Attributes(items, arguments, line).Select(key => keeps ? key : Folded(key)).Zip(items);
        var order = Comparer<object?>.Create((a, b) => Comparing.Order(a, b, line));
        try
        {
            return Values.IsTrue(arguments[0, "reverse"])
                ? [.. keys.OrderByDescending(pair => pair.First, order).Select(pair => pair.Second)]
                : [.. keys.OrderBy(pair => pair.First, order).Select(pair => pair.Second)];
        }
        catch (InvalidOperationException exception) when (exception.InnerException is InvalidException refusal)
        {
            // .NET's sort wraps what a comparison throws.
            throw refusal;
        }
    }

    private static List<object?> Unique(IReadOnlyList<object?> items)
    {
        var kept = new List<object?>();
        foreach (var item in items)
        {
            if (!kept.Any(other => Comparing.AreEqual(Folded(other), Folded(item))))
                kept.Add(item);
        }

        return kept;
    }

    private static object? Folded(object? value) => value is string text ? text.ToLowerInvariant() : value;
}
