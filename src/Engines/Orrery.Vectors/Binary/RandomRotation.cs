using System.Numerics;
using Orrery.Statistics;

namespace Orrery.Vectors.Binary;

/// <summary>
/// A random rotation in O(d log d): three times signs by chance and a Walsh–Hadamard transform, which together spread any vector evenly over all components
/// (Ailon and Chazelle 2009; three rounds as in arXiv:1509.02897). Vectors are padded with zeros to a power of two, and keep their length.
/// </summary>
internal sealed class RandomRotation
{
    private const int Rounds = 3;

    private readonly float[] _signs;

    public RandomRotation(int dimension, int leastComponents, ulong seed)
    {
        Components = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(dimension, leastComponents));
        _signs = new float[Rounds * Components];
        var random = new SeededRandom(seed);
        // The transform lengthens by √components; the signs take it back.
        var scale = 1 / MathF.Sqrt(Components);
        for (var i = 0; i < _signs.Length; i++)
            _signs[i] = random.NextInt(2) == 0 ? scale : -scale;
    }

    /// <summary>Components of a rotated vector.</summary>
    public int Components { get; }

    /// <param name="vector">(dimension)</param>
    /// <param name="rotated">(components)</param>
    public void Rotate(ReadOnlySpan<float> vector, Span<float> rotated)
    {
        vector.CopyTo(rotated);
        rotated[vector.Length..].Clear();
        for (var round = 0; round < Rounds; round++)
        {
            var signs = _signs.AsSpan(round * Components, Components);
            for (var i = 0; i < rotated.Length; i++)
                rotated[i] *= signs[i];
            Transform(rotated);
        }
    }

    private static void Transform(Span<float> values)
    {
        for (var half = 1; half < values.Length; half *= 2)
        {
            for (var start = 0; start < values.Length; start += 2 * half)
            {
                var low = values.Slice(start, half);
                var high = values.Slice(start + half, half);
                for (var i = 0; i < low.Length; i++)
                    (low[i], high[i]) = (low[i] + high[i], low[i] - high[i]);
            }
        }
    }
}
