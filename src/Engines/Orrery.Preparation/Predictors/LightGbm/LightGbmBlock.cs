using System.Globalization;
using Orrery.Kernel;

namespace Orrery.Preparation.Predictors.LightGbm;

/// <summary>The key=value lines of the header or of one tree.</summary>
internal sealed class LightGbmBlock(string name)
{
    private readonly Dictionary<string, string> _values = new(StringComparer.Ordinal);

    public string Name => name;

    public void Add(string line)
    {
        var split = line.IndexOf('=', StringComparison.Ordinal);
        _values[split < 0 ? line.Trim() : line[..split]] = split < 0 ? "" : line[(split + 1)..];
    }

    public bool Has(string key) => _values.ContainsKey(key);

    public string Text(string key) => _values.TryGetValue(key, out var value)
        ? value
        : throw new InvalidException($"The LightGBM model's {name} has no '{key}'; it is cut short or not a model file.");

    public int Int(string key) => int.TryParse(Text(key), NumberStyles.Integer, CultureInfo.InvariantCulture, out var value)
        ? value
        : throw Wrong(key, Text(key), "an integer");

    public int[] Ints(string key, int count) => Numbers(key, count, text =>
        int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(key, text, "an integer"));

    public double[] Doubles(string key, int count) => Numbers(key, count, text =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) ? value : throw Wrong(key, text, "a number"));

    private T[] Numbers<T>(string key, int count, Func<string, T> parse)
    {
        if (count == 0)
            return [];
        var words = Text(key).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return words.Length == count
            ? Array.ConvertAll(words, word => parse(word))
            : throw new InvalidException($"The LightGBM model's {name} has {words.Length} values of '{key}', expected {count}.");
    }

    private InvalidException Wrong(string key, string text, string expected) =>
        new($"The LightGBM model's {name} has '{text}' as {key}, expected {expected}.");
}
