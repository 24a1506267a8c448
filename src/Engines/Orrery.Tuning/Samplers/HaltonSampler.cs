using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// A scrambled Halton sequence: points that fill the space more evenly than chance, one prime base a parameter, each digit permuted at random (Owen,
/// arXiv:1706.02808). Good to about 30 parameters; beyond, late bases need many points. O(parameters · log trials).
/// </summary>
public sealed class HaltonSampler : ISampler
{
    private readonly ulong _seed;
    private readonly int[] _bases;

    // Permutation of the digits per (parameter, place), made when first needed.
    private readonly Dictionary<(int Dimension, int Place), int[]> _permutations = [];

    /// <summary>A sequence of its own per seed.</summary>
    public HaltonSampler(SearchSpace space, ulong seed)
    {
        ArgumentNullException.ThrowIfNull(space);
        _seed = seed;
        _bases = [.. Primes().Take(space.Dimensions.Count)];
    }

    /// <inheritdoc/>
    public double[] Propose(int trial, SeededRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trial);
        var point = new double[_bases.Length];
        for (var i = 0; i < point.Length; i++)
            point[i] = Coordinate(i, trial);
        return point;
    }

    /// <inheritdoc/>
    public void Began(int trial, ReadOnlyMemory<double> point)
    {
    }

    /// <inheritdoc/>
    public void Ended(SampledTrial trial)
    {
    }

    /// <inheritdoc/>
    public void Failed(int trial)
    {
    }

    private double Coordinate(int dimension, int index)
    {
        var numberBase = _bases[dimension];
        var (value, weight) = (0.0, 1.0 / numberBase);
        // Leading zeros are permuted too, down to where a double ends; that is what makes each point uniform.
        for (var place = 0; weight > 1e-16; place++)
        {
            value += Permutation(dimension, place)[index % numberBase] * weight;
            index /= numberBase;
            weight /= numberBase;
        }

        return Math.Min(value, Math.BitDecrement(1.0));
    }

    private int[] Permutation(int dimension, int place)
    {
        if (_permutations.TryGetValue((dimension, place), out var known))
            return known;
        var random = SeededRandom.ForPart(_seed, ((ulong)dimension << 32) | (uint)place);
        var permutation = Enumerable.Range(0, _bases[dimension]).ToArray();
        for (var i = permutation.Length - 1; i > 0; i--)
        {
            var j = random.NextInt(i + 1);
            (permutation[i], permutation[j]) = (permutation[j], permutation[i]);
        }

        return _permutations[(dimension, place)] = permutation;
    }

    private static IEnumerable<int> Primes()
    {
        var found = new List<int>();
        for (var candidate = 2; ; candidate++)
        {
            if (found.TrueForAll(prime => candidate % prime != 0))
            {
                found.Add(candidate);
                yield return candidate;
            }
        }
    }
}
