using System.Numerics;
using Orrery.Kernel;
using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// Every point of a grid once, then again from the start: all values of a finite parameter, equally spaced ones of a continuous scale. Cells are visited in strides of about the
/// golden section of their number, so that a search that stops early has seen all of the space. O(parameters).
/// </summary>
public sealed class GridSampler : ISampler
{
    private readonly long[] _counts;
    private readonly bool[] _continuous;
    private readonly long _offset;
    private readonly long _stride;

    /// <summary>A grid on a space.</summary>
    /// <param name="space">What is searched.</param>
    /// <param name="seed">Where to start.</param>
    /// <param name="pointsPerScale">Points of each continuous scale, ends included; 2 or more, default 5.</param>
    /// <exception cref="InvalidException">The grid has more than 2⁶² points.</exception>
    public GridSampler(SearchSpace space, ulong seed, int pointsPerScale = 5)
    {
        ArgumentNullException.ThrowIfNull(space);
        ArgumentOutOfRangeException.ThrowIfLessThan(pointsPerScale, 2);
        _counts = [.. space.Dimensions.Select(d => d.Cardinality ?? pointsPerScale)];
        _continuous = [.. space.Dimensions.Select(d => d.Cardinality is null)];
        UInt128 size = 1;
        foreach (var count in _counts)
        {
            if ((size *= (ulong)count) > 1UL << 62)
                throw new InvalidException("The grid has more than 2^62 points; give parameters a coarser step, or use another sampler.");
        }

        Size = (long)size;
        _offset = (long)(SeededRandom.ForPart(seed, 0).NextDouble() * Size) % Size;
        _stride = Math.Max(1, (long)(Size * 0.6180339887498949));
        while (BigInteger.GreatestCommonDivisor(_stride, Size) != 1)
            _stride++;
    }

    /// <summary>Points of the grid: after so many trials all have been seen.</summary>
    public long Size { get; }

    /// <inheritdoc/>
    public double[] Propose(int trial, SeededRandom random)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(trial);
        var cell = (long)(((UInt128)trial * (ulong)_stride + (ulong)_offset) % (ulong)Size);
        var point = new double[_counts.Length];
        for (var d = 0; d < point.Length; d++)
        {
            (cell, var index) = Math.DivRem(cell, _counts[d]);
            point[d] = _continuous[d] ? (double)index / (_counts[d] - 1) : (index + 0.5) / _counts[d];
        }

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
}
