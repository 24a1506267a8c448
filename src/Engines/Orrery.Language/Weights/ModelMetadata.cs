using Orrery.Kernel;

namespace Orrery.Language.Weights;

/// <summary>
/// What a model says about itself, under GGUF's keys (<c>general.architecture</c>, <c>llama.block_count</c>, <c>tokenizer.ggml.tokens</c>); other formats are translated
/// to them. Values are string, long (ulong beyond it), double, bool, or arrays of these. A key of another type than asked for is refused with its name.
/// </summary>
public sealed class ModelMetadata(IReadOnlyDictionary<string, object> values)
{
    /// <summary>Every key.</summary>
    public IEnumerable<string> Keys => values.Keys;

    /// <summary>The value as the file holds it; null where the key is not there.</summary>
    public object? Find(string key) => values.GetValueOrDefault(key);

    /// <summary>A string; null where the key is not there.</summary>
    public string? FindString(string key) => Find<string>(key, "a string");

    /// <summary>A whole number; null where the key is not there.</summary>
    public long? FindInteger(string key) => Find(key) switch
    {
        null => null,
        long value => value,
        double value when value == Math.Floor(value) && Math.Abs(value) < 1e15 => (long)value,
        var other => throw Wrong(key, "a whole number", other),
    };

    /// <summary>A number; null where the key is not there.</summary>
    public double? FindNumber(string key) => Find(key) switch
    {
        null => null,
        double value => value,
        long value => value,
        var other => throw Wrong(key, "a number", other),
    };

    /// <summary>A truth value; null where the key is not there.</summary>
    public bool? FindBoolean(string key) => Find(key) switch
    {
        null => null,
        bool value => value,
        var other => throw Wrong(key, "a truth value", other),
    };

    /// <summary>An array of strings; null where the key is not there.</summary>
    public IReadOnlyList<string>? FindStrings(string key) => Find<string[]>(key, "an array of strings");

    /// <summary>An array of whole numbers; null where the key is not there.</summary>
    public IReadOnlyList<long>? FindIntegers(string key) => Find<long[]>(key, "an array of whole numbers");

    /// <summary>An array of numbers; null where the key is not there.</summary>
    public IReadOnlyList<double>? FindNumbers(string key) => Find(key) switch
    {
        long[] whole => [.. whole.Select(value => (double)value)],
        _ => Find<double[]>(key, "an array of numbers"),
    };

    private T? Find<T>(string key, string what)
        where T : class => Find(key) switch
        {
            null => null,
            T value => value,
            var other => throw Wrong(key, what, other),
        };

    private static InvalidException Wrong(string key, string expected, object value) =>
        new($"Expected {expected} under '{key}' of the model's metadata; it holds {value.GetType().Name}.");
}
