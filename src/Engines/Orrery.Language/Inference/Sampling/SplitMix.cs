namespace Orrery.Language.Inference.Sampling;

/// <summary>SplitMix64 (doi 10.1145/2714064.2660195): every seed, 0 too, gives a good course, and it is the same everywhere.</summary>
internal struct SplitMix(long seed)
{
    private ulong _state = (ulong)seed;

    /// <summary>In [0, 1).</summary>
    public double Next()
    {
        _state += 0x9E3779B97F4A7C15;
        var z = _state;
        z = (z ^ z >> 30) * 0xBF58476D1CE4E5B9;
        z = (z ^ z >> 27) * 0x94D049BB133111EB;
        return ((z ^ z >> 31) >> 11) * (1.0 / (1UL << 53));
    }
}
