namespace Orrery.Training.LightGbm;

/// <summary>LightGBM refuses names with JSON's own characters and two equal names, and changes blanks: these are safe and still readable.</summary>
internal static class FeatureNames
{
    public static string[] Native(IReadOnlyList<string> names)
    {
        var taken = new HashSet<string>(StringComparer.Ordinal);
        return [.. names.Select((name, index) =>
        {
            var safe = new string([.. name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '.' or '-' or '=' ? c : '_')]);
            return taken.Add(safe) ? safe : Number(safe, index, taken);
        })];
    }

    private static string Number(string name, int index, HashSet<string> taken)
    {
        var numbered = FormattableString.Invariant($"{name}_{index}");
        while (!taken.Add(numbered))
            numbered += "_";
        return numbered;
    }
}
