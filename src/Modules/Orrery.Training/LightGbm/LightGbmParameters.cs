using System.Globalization;
using System.Text;

namespace Orrery.Training.LightGbm;

/// <summary>
/// Parameters by the names in LightGBM's own documentation. Written in the order of their names, so that the same parameters give the same
/// text, and with it the same model file.
/// </summary>
internal sealed class LightGbmParameters
{
    private readonly SortedDictionary<string, string> _values = new(StringComparer.Ordinal);

    /// <summary>What every training here needs to give the same bytes for the same data and seed, whatever the number of threads.</summary>
    public static LightGbmParameters Reproducible(int seed, int threads) => new LightGbmParameters()
        .Set("deterministic", "true")
        .Set("force_row_wise", "true") // else LightGBM times both layouts and picks one: another sum of floats on another day
        .Set("num_threads", threads)
        .Set("seed", seed)
        .Set("verbosity", -1);

    public LightGbmParameters Set(string name, string value)
    {
        // The native parser splits at blanks and at '=': a value with either would set other parameters.
        if (value.Length == 0 || value.Any(c => char.IsWhiteSpace(c) || c is '=' or '#'))
            throw new ArgumentException($"A value of LightGBM's parameter {name} cannot hold blanks, '=' or '#': '{value}'.", nameof(value));
        _values[name] = value;
        return this;
    }

    public LightGbmParameters Set(string name, long value) => Set(name, value.ToString(CultureInfo.InvariantCulture));

    public LightGbmParameters Set(string name, double value) => Set(name, value.ToString("R", CultureInfo.InvariantCulture));

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var (name, value) in _values)
            text.Append(text.Length > 0 ? " " : "").Append(name).Append('=').Append(value);
        return text.ToString();
    }
}
