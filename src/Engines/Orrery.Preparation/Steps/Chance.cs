namespace Orrery.Preparation.Steps;

/// <summary>Chance as a pure function of a seed and a position, so that it depends neither on order nor on the platform.</summary>
internal static class Chance
{
    /// <summary>SplitMix64 (Steele, Lea, Flood 2014) of the position-th step after the seed.</summary>
    public static ulong Mix(ulong seed, ulong position)
    {
        var z = seed + ((position + 1) * 0x9E3779B97F4A7C15);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }

    /// <summary>
    /// A seed of its own for a named step (FNV-1a over the name, mixed), so that adding a step does not move the others' folds.
    /// </summary>
    public static ulong SeedOf(ulong seed, string name)
    {
        var hash = 0xCBF29CE484222325;
        foreach (var c in name)
            hash = (hash ^ c) * 0x100000001B3;
        return Mix(seed, hash);
    }
}
