namespace Orrery.Language.ChatTemplates.Running;

/// <summary>Members and items of values: <c>a.b</c> looks for a method first, <c>a['b']</c> for an item.</summary>
internal static class Members
{
    public static object? Of(object? owner, string name, int line) => owner switch
    {
        Undefined missing => throw TemplateFault.At(line, $"{missing.What} is undefined and has no '{name}'."),
        LoopState loop => loop.Member(name),
        Namespace box => box.Members.TryGetValue(name, out var value) ? value : new Undefined($"'{name}' of the namespace"),
        Dictionary<string, object?> mapping => MappingMethods.Find(mapping, name) ?? (mapping.TryGetValue(name, out var value) ? value : new Undefined($"'{name}'")),
        string text => StringMethods.Find(text, name) ?? (object)new Undefined($"'{name}' of a string"),
        List<object?> or object?[] => ListMethods.Find(Values.Items(owner, line), name) ?? (object)new Undefined($"'{name}' of a list"),
        _ => new Undefined($"'{name}' of {Values.TypeName(owner)}"),
    };

    public static object? Item(object? owner, object? key, int line) => (owner, key) switch
    {
        (Undefined missing, _) => throw TemplateFault.At(line, $"{missing.What} is undefined and has no items."),
        (Dictionary<string, object?> mapping, string name) => mapping.TryGetValue(name, out var value) ? value : Of(owner, name, line),
        (string or List<object?> or object?[], long index) => At(Values.Items(owner, line), index),
        (string or List<object?> or object?[], bool truth) => At(Values.Items(owner, line), truth ? 1 : 0),
        (_, string name) => Of(owner, name, line),
        _ => new Undefined($"item {Values.Shown(key)} of {Values.TypeName(owner)}"),
    };

    private static object? At(IReadOnlyList<object?> items, long index)
    {
        var place = index < 0 ? index + items.Count : index;
        return place >= 0 && place < items.Count ? items[(int)place] : new Undefined($"item {index}");
    }
}

/// <summary>Methods of mappings; those that change one are forbidden, as in Hugging Face's sandbox.</summary>
internal static class MappingMethods
{
    public static ICallable? Find(Dictionary<string, object?> mapping, string name) => name switch
    {
        "items" => new Function((_, _, _) => mapping.Select(pair => (object?)new object?[] { pair.Key, pair.Value }).ToList()),
        "keys" => new Function((_, _, _) => mapping.Keys.Cast<object?>().ToList()),
        "values" => new Function((_, _, _) => mapping.Values.ToList()),
        "get" => new Function((_, arguments, _) =>
            arguments[0, "key"] is string key && mapping.TryGetValue(key, out var value) ? value : arguments.Has(1, "default") ? arguments[1, "default"] : null),
        "copy" => new Function((_, _, _) => new Dictionary<string, object?>(mapping, StringComparer.Ordinal)),
        "update" or "pop" or "popitem" or "clear" or "setdefault" => new Function((_, _, line) => throw TemplateFault.At(line, $"a template must not change a mapping ('{name}').")),
        _ => null,
    };
}

/// <summary>Methods of lists and tuples; those that change one are forbidden.</summary>
internal static class ListMethods
{
    public static ICallable? Find(IReadOnlyList<object?> list, string name) => name switch
    {
        "index" => new Function((_, arguments, line) =>
        {
            var place = list.Select((item, at) => (item, at)).FirstOrDefault(pair => Comparing.AreEqual(pair.item, arguments[0, "value"]), (null, -1)).Item2;
            return place >= 0 ? (long)place : throw TemplateFault.At(line, $"{Values.Shown(arguments[0, "value"])} is not in the list.");
        }),
        "count" => new Function((_, arguments, _) => (long)list.Count(item => Comparing.AreEqual(item, arguments[0, "value"]))),
        "copy" => new Function((_, _, _) => list.ToList()),
        "append" or "extend" or "insert" or "pop" or "remove" or "clear" or "sort" or "reverse" => new Function((_, _, line) => throw TemplateFault.At(line, $"a template must not change a list ('{name}').")),
        _ => null,
    };
}
