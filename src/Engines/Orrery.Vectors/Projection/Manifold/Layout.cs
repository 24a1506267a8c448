using Orrery.Statistics;

namespace Orrery.Vectors.Projection.Manifold;

/// <summary>
/// Places that edges pull together and chance pushes apart: stochastic gradient descent on the cross-entropy (arXiv:1802.03426, algorithm 5). An edge is used as often as its weight says, and each use pushes
/// some places, drawn by chance, away.
/// </summary>
/// <param name="places">(rows, components); moved.</param>
/// <param name="components">Of a place.</param>
/// <param name="edges">What belongs together.</param>
/// <param name="curve">How much places do, by their distance.</param>
/// <param name="random">Draws what is pushed.</param>
internal sealed class Layout(float[] places, int components, FuzzyEdge[] edges, MembershipCurve curve, SeededRandom random)
{
    // No step is longer, and nothing is pushed infinitely hard from where it stands itself.
    private const double LongestStep = 4;
    private const double LeastSquare = 1e-3;

    private readonly int _rows = places.Length / components;

    public void Run(int epochs, int negativeSamples, CancellationToken cancellationToken)
    {
        var strongest = edges.Max(edge => edge.Weight);
        // What would be used less than once in all epochs is left out.
        var used = Array.FindAll(edges, edge => edge.Weight >= strongest / epochs);
        var due = Array.ConvertAll(used, edge => (double)(strongest / edge.Weight));
        for (var epoch = 0; epoch < epochs; epoch++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var rate = 1 - ((double)epoch / epochs);
            for (var i = 0; i < used.Length; i++)
            {
                if (due[i] > epoch + 1)
                    continue;
                due[i] += strongest / used[i].Weight;
                // The graph has each edge once; both ends are moved, and both push.
                Use(used[i].From, used[i].To, negativeSamples, rate);
                Use(used[i].To, used[i].From, negativeSamples, rate);
            }
        }
    }

    private void Use(int from, int to, int negativeSamples, double rate)
    {
        Pull(Place(from), Place(to), rate);
        for (var sample = 0; sample < negativeSamples; sample++)
        {
            var other = random.NextInt(_rows);
            if (other != from)
                Push(Place(from), Place(other), rate);
        }
    }

    private void Pull(Span<float> from, Span<float> to, double rate)
    {
        var square = Square(from, to);
        if (square <= 0)
            return;
        var power = Math.Pow(square, curve.B);
        var force = -2 * curve.A * curve.B * (power / square) / (1 + (curve.A * power));
        for (var c = 0; c < from.Length; c++)
        {
            var step = (float)(rate * Math.Clamp(force * (from[c] - to[c]), -LongestStep, LongestStep));
            (from[c], to[c]) = (from[c] + step, to[c] - step);
        }
    }

    private void Push(Span<float> from, ReadOnlySpan<float> other, double rate)
    {
        var square = Square(from, other);
        if (square <= 0)
            return;
        var force = 2 * curve.B / ((LeastSquare + square) * (1 + (curve.A * Math.Pow(square, curve.B))));
        for (var c = 0; c < from.Length; c++)
            from[c] += (float)(rate * Math.Clamp(force * (from[c] - other[c]), -LongestStep, LongestStep));
    }

    private Span<float> Place(int row) => places.AsSpan(row * components, components);

    private static double Square(ReadOnlySpan<float> x, ReadOnlySpan<float> y)
    {
        var sum = 0d;
        for (var c = 0; c < x.Length; c++)
            sum += (double)(x[c] - y[c]) * (x[c] - y[c]);
        return sum;
    }
}
