using System.Numerics;

namespace Orrery.Statistics;

/// <summary>
/// The engines' source of chance: xoshiro256++ (Blackman &amp; Vigna, arXiv:1805.01407), seeded by SplitMix64. Unlike <see cref="Random"/> its sequence is
/// promised to stay the same in every release and its state can be saved, so that a resumed study or sketch goes on exactly. Not thread-safe,
/// not for cryptography.
/// </summary>
public sealed class SeededRandom
{
    private ulong _a;
    private ulong _b;
    private ulong _c;
    private ulong _d;

    /// <summary>One sequence per seed.</summary>
    public SeededRandom(ulong seed)
    {
        _a = SplitMix(ref seed);
        _b = SplitMix(ref seed);
        _c = SplitMix(ref seed);
        _d = SplitMix(ref seed);
    }

    /// <summary>Goes on from where <see cref="ToState"/> was taken.</summary>
    public SeededRandom(SeededRandomState state)
    {
        if ((state.A | state.B | state.C | state.D) == 0)
            throw new ArgumentException("An all-zero state would give nothing but zeros; seed a new generator instead.", nameof(state));
        (_a, _b, _c, _d) = (state.A, state.B, state.C, state.D);
    }

    /// <summary>
    /// A generator for one of many parts of a computation, a trial or a resample: the same whichever part runs first.
    /// </summary>
    public static SeededRandom ForPart(ulong seed, ulong part)
    {
        var mixed = part + 1;
        return new SeededRandom(seed ^ SplitMix(ref mixed));
    }

    /// <summary>All that is needed to go on.</summary>
    public SeededRandomState ToState() => new(_a, _b, _c, _d);

    /// <summary>64 uniform bits.</summary>
    public ulong NextBits()
    {
        var result = BitOperations.RotateLeft(_a + _d, 23) + _a;
        var t = _b << 17;
        _c ^= _a;
        _d ^= _b;
        _b ^= _c;
        _a ^= _d;
        _c ^= t;
        _d = BitOperations.RotateLeft(_d, 45);
        return result;
    }

    /// <summary>Uniform in [0, 1), 53 bits.</summary>
    public double NextDouble() => (NextBits() >> 11) * (1.0 / (1UL << 53));

    /// <summary>Uniform in 0 … <paramref name="exclusiveMaximum"/> − 1, without bias (Lemire, arXiv:1805.10941).</summary>
    public int NextInt(int exclusiveMaximum)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(exclusiveMaximum);
        var range = (ulong)exclusiveMaximum;
        var high = Math.BigMul(NextBits(), range, out var low);
        if (low < range)
        {
            var threshold = (0 - range) % range;
            while (low < threshold)
                high = Math.BigMul(NextBits(), range, out low);
        }

        return (int)high;
    }

    /// <summary>Standard normal, by the polar method (Marsaglia 1964).</summary>
    public double NextGaussian()
    {
        while (true)
        {
            var x = 2 * NextDouble() - 1;
            var y = 2 * NextDouble() - 1;
            var s = x * x + y * y;
            if (s is > 0 and < 1)
                return x * Math.Sqrt(-2 * Math.Log(s) / s);
        }
    }

    private static ulong SplitMix(ref ulong state)
    {
        var z = state += 0x9E3779B97F4A7C15;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
        return z ^ (z >> 31);
    }
}

/// <summary>The 256 bits of <see cref="SeededRandom"/>'s state.</summary>
public readonly record struct SeededRandomState(ulong A, ulong B, ulong C, ulong D);
