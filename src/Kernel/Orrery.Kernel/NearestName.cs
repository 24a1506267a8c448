namespace Orrery.Kernel;

/// <summary>Finds what somebody probably meant.</summary>
public static class NearestName
{
    /// <summary>
    /// The candidate with the smallest Levenshtein distance to <paramref name="typed"/>, ignoring case; null where even the best
    /// would change more than a third of the letters (and more than two), since a wild guess helps nobody. O(candidates × length²).
    /// </summary>
    public static string? Of(string typed, IEnumerable<string> candidates)
    {
        var best = candidates
            .Select(name => (name, distance: Distance(typed.ToLowerInvariant(), name.ToLowerInvariant())))
            .OrderBy(c => c.distance).ThenBy(c => c.name, StringComparer.Ordinal)
            .FirstOrDefault((name: "", distance: int.MaxValue));
        return best.distance <= Math.Max(2, typed.Length / 3) ? best.name : null;
    }

    private static int Distance(string a, string b)
    {
        var previous = Enumerable.Range(0, b.Length + 1).ToArray();
        var current = new int[b.Length + 1];
        for (var i = 1; i <= a.Length; i++)
        {
            current[0] = i;
            for (var j = 1; j <= b.Length; j++)
                current[j] = Math.Min(Math.Min(current[j - 1], previous[j]) + 1, previous[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1));
            (previous, current) = (current, previous);
        }

        return previous[b.Length];
    }
}
