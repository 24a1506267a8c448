namespace Orrery.Language.ChatTemplates.Running;

/// <summary>What follows <c>is</c>.</summary>
internal static class Tests
{
    public static bool Holds(string name, object? value, Arguments arguments, int line) => name switch
    {
        "defined" => value is not Undefined,
        "undefined" => value is Undefined,
        "none" => value is null,
        "string" => value is string,
        "boolean" => value is bool,
        "true" => value is true,
        "false" => value is false,
        "integer" => value is long,
        "float" => value is double,
        "number" => value is long or double or bool,
        "mapping" => value is Dictionary<string, object?>,
        "sequence" or "iterable" => value is string or List<object?> or object?[] or Dictionary<string, object?> || (name == "iterable" && value is Undefined),
        "callable" => value is ICallable,
        "odd" => Modulo(value, 2, line) == 1,
        "even" => Modulo(value, 2, line) == 0,
        "divisibleby" => Modulo(value, arguments.Integer(0, "num", 1, line), line) == 0,
        "lower" => value is string text && text.Any(char.IsLower) && !text.Any(char.IsUpper),
        "upper" => value is string text && text.Any(char.IsUpper) && !text.Any(char.IsLower),
        "in" => Comparing.Contains(arguments[0, "seq"], value, line),
        "equalto" or "eq" or "==" => Comparing.AreEqual(value, arguments[0, "other"]),
        "ne" or "!=" => !Comparing.AreEqual(value, arguments[0, "other"]),
        "sameas" => ReferenceEquals(value, arguments[0, "other"]) || (value is null or bool && Equals(value, arguments[0, "other"])),
        "gt" or "greaterthan" => Comparing.Order(value, arguments[0, "other"], line) > 0,
        "ge" => Comparing.Order(value, arguments[0, "other"], line) >= 0,
        "lt" or "lessthan" => Comparing.Order(value, arguments[0, "other"], line) < 0,
        "le" => Comparing.Order(value, arguments[0, "other"], line) <= 0,
        _ => throw TemplateFault.At(line, $"the test '{name}' is not known."),
    };

    private static long Modulo(object? value, long divisor, int line) => value is long number && divisor != 0
        ? divisor == -1 ? 0 : ((number % divisor) + divisor) % divisor
        : throw TemplateFault.At(line, $"{Values.TypeName(value)} cannot be divided by {divisor}.");
}
