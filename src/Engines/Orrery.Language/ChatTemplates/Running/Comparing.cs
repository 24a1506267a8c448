namespace Orrery.Language.ChatTemplates.Running;

/// <summary>Python's comparisons.</summary>
internal static class Comparing
{
    public static bool Holds(string name, object? left, object? right, int line) => name switch
    {
        "==" => AreEqual(left, right),
        "!=" => !AreEqual(left, right),
        "in" => Contains(right, left, line),
        "notin" => !Contains(right, left, line),
        "<" => Order(left, right, line) < 0,
        "<=" => Order(left, right, line) <= 0,
        ">" => Order(left, right, line) > 0,
        _ => Order(left, right, line) >= 0,
    };

    public static bool AreEqual(object? left, object? right) => (left, right) switch
    {
        (null, null) or (Undefined, Undefined) => true,
        (string a, string b) => a == b,
        _ when Arithmetic.TryNumber(left, out var a) && Arithmetic.TryNumber(right, out var b) => a.Equals(b),
        (List<object?> a, List<object?> b) => a.Count == b.Count && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
        (object?[] a, object?[] b) => a.Length == b.Length && a.Zip(b).All(pair => AreEqual(pair.First, pair.Second)),
        (Dictionary<string, object?> a, Dictionary<string, object?> b) => a.Count == b.Count && a.All(pair => b.TryGetValue(pair.Key, out var other) && AreEqual(pair.Value, other)),
        _ => ReferenceEquals(left, right),
    };

    public static bool Contains(object? container, object? item, int line) => container switch
    {
        string text => item is string part ? text.Contains(part, StringComparison.Ordinal) : throw TemplateFault.At(line, $"{Values.TypeName(item)} cannot be in a string."),
        Dictionary<string, object?> mapping => item is string key && mapping.ContainsKey(key),
        _ => Values.Items(container, line).Any(other => AreEqual(item, other)),
    };

    public static int Order(object? left, object? right, int line)
    {
        if (left is string a && right is string b)
            return string.CompareOrdinal(a, b);
        if (Arithmetic.TryNumber(left, out var x) && Arithmetic.TryNumber(right, out var y))
            return x.CompareTo(y);
        if (left is List<object?> or object?[] && right is List<object?> or object?[])
        {
            var (first, second) = (Values.Items(left, line), Values.Items(right, line));
            var order = first.Zip(second).Select(pair => Order(pair.First, pair.Second, line)).FirstOrDefault(part => part != 0);
            return order != 0 ? order : first.Count.CompareTo(second.Count);
        }

        throw TemplateFault.At(line, $"{Values.TypeName(left)} and {Values.TypeName(right)} have no order.");
    }
}
