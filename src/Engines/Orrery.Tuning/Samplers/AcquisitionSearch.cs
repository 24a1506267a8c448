using Orrery.Statistics;
using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Samplers;

/// <summary>
/// Looks for the maximum of an acquisition function on the values of a space, with a fixed number of evaluations: many random points, then a climb from the best of them, each step
/// a normal whose width grows on success and shrinks on failure, ((1+1) evolution strategy, one-fifth rule).
/// </summary>
internal sealed class AcquisitionSearch(SearchSpace space, ActiveParameters active, Func<double[], double> acquisition)
{
    private const int Candidates = 400;
    private const int Neighbours = 100;
    private const int Climbs = 4;
    private const int ClimbSteps = 60;

    public double[] Maximize(double[] incumbent, SeededRandom random)
    {
        var candidates = new List<(double[] Point, double Gain)>(Candidates + Neighbours);
        for (var i = 0; i < Candidates; i++)
            candidates.Add(Valued([.. incumbent.Select(_ => random.NextDouble())]));
        for (var i = 0; i < Neighbours; i++)
            candidates.Add(Valued(Moved(incumbent, Math.Pow(10, -1 - 2 * random.NextDouble()), random)));
        return candidates.OrderByDescending(c => c.Gain).Take(Climbs).Select(start => Climb(start, random)).MaxBy(c => c.Gain).Point;
    }

    private (double[] Point, double Gain) Climb((double[] Point, double Gain) at, SeededRandom random)
    {
        var width = 0.1;
        for (var i = 0; i < ClimbSteps; i++)
        {
            var next = Valued(Moved(at.Point, width, random));
            var isBetter = next.Gain > at.Gain;
            width = Math.Clamp(width * (isBetter ? 1.5 : 0.9), 1e-5, 0.5);
            if (isBetter)
                at = next;
        }

        return at;
    }

    private (double[] Point, double Gain) Valued(double[] point)
    {
        for (var d = 0; d < point.Length; d++)
            point[d] = space.Dimensions[d].Nearest(point[d]);
        return (point, acquisition(Dimension.Filled(active.Settled(point)).ToArray()));
    }

    // About three coordinates move: with all of many moving hardly any step would be better.
    private double[] Moved(double[] from, double width, SeededRandom random)
    {
        var share = Math.Max(3.0 / from.Length, 0.2);
        var moved = from.ToArray();
        for (var d = 0; d < moved.Length; d++)
        {
            if (random.NextDouble() < share)
                moved[d] = space.Dimensions[d].IsCategorical ? random.NextDouble() : Math.Clamp(moved[d] + width * random.NextGaussian(), 0, 1);
        }

        return moved;
    }
}
