namespace Orrery.Language.ChatTemplates.Running;

/// <summary>Python's <c>[start:stop:step]</c>.</summary>
internal static class Slicing
{
    public static object Of(object? owner, object? start, object? stop, object? step, int line)
    {
        var items = owner is string or List<object?> or object?[]? Values.Items(owner, line) : throw TemplateFault.At(line, $"{Values.TypeName(owner)} cannot be sliced.");
        var by = Number(step, line) ?? 1;
        if (by == 0)
            throw TemplateFault.At(line, "a slice's step cannot be zero.");
        var (low, high) = by > 0 ? (0L, (long)items.Count) : (-1L, items.Count - 1L);
        long Place(long? given, long otherwise) => given is not { } place ? otherwise : Math.Clamp(place < 0 ? place + items.Count : place, low, high);
        var (from, to) = (Place(Number(start, line), by > 0 ? low : high), Place(Number(stop, line), by > 0 ? high : low));
        var taken = new List<object?>();
        for (var at = from; by > 0 ? at < to : at > to; at += by)
            taken.Add(items[(int)at]);
        return owner switch
        {
            string => string.Concat(taken),
            object?[] => taken.ToArray(),
            _ => taken,
        };
    }

    private static long? Number(object? value, int line) => value switch
    {
        null => null,
        long number => number,
        bool truth => truth ? 1 : 0,
        _ => throw TemplateFault.At(line, $"a slice goes by integers, not by {Values.TypeName(value)}."),
    };
}
