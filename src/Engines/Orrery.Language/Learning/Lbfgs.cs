namespace Orrery.Language.Learning;

/// <summary>
/// Limited-memory BFGS (Nocedal and Wright, Numerical Optimization, 2nd ed., algorithms 7.4 and 7.5) with a backtracking line search: minimises a smooth function of a few variables.
/// </summary>
internal static class Lbfgs
{
    private const int History = 10, MostSteps = 500, MostTrials = 40;
    private const double Decrease = 1e-4, SmallGradient = 1e-12;

    /// <param name="function">Gives the value and writes the gradient.</param>
    /// <param name="start">Where to begin.</param>
    /// <returns>The place and the value there.</returns>
    public static (double[] Place, double Value) Minimize(Func<double[], double[], double> function, double[] start)
    {
        var (x, gradient) = ((double[])start.Clone(), new double[start.Length]);
        var value = function(x, gradient);
        var steps = new LinkedList<(double[] Move, double[] Change, double Curvature)>();
        for (var step = 0; step < MostSteps && Dot(gradient, gradient) > SmallGradient * SmallGradient; step++)
        {
            var direction = Direction(gradient, steps);
            var slope = Dot(direction, gradient);
            if (!(slope < 0))
            {
                // What was learnt of the curvature misleads: start again from the gradient.
                if (steps.Count == 0)
                    break;
                steps.Clear();
                continue;
            }

            var next = new double[x.Length];
            var nextGradient = new double[x.Length];
            var length = steps.Count == 0 ? Math.Min(1, 1 / Math.Sqrt(Dot(gradient, gradient))) : 1;
            var nextValue = double.PositiveInfinity;
            for (var trial = 0; trial < MostTrials && !(nextValue <= value + Decrease * length * slope); trial++)
            {
                if (trial > 0)
                    length /= 2;
                for (var i = 0; i < x.Length; i++)
                    next[i] = x[i] + length * direction[i];
                nextValue = function(next, nextGradient);
            }

            if (!(nextValue < value))
                break;
            var (move, change) = (Minus(next, x), Minus(nextGradient, gradient));
            var curvature = Dot(move, change);
            if (curvature > 1e-14 * Dot(change, change))
                steps.AddLast((move, change, 1 / curvature));
            if (steps.Count > History)
                steps.RemoveFirst();
            (x, gradient, value) = (next, nextGradient, nextValue);
        }

        return (x, value);
    }

    /// <summary>Algorithm 7.4: minus the approximated inverse Hessian times the gradient.</summary>
    private static double[] Direction(double[] gradient, LinkedList<(double[] Move, double[] Change, double Curvature)> steps)
    {
        var q = (double[])gradient.Clone();
        var alphas = new Stack<double>();
        for (var node = steps.Last; node is not null; node = node.Previous)
        {
            var alpha = node.Value.Curvature * Dot(node.Value.Move, q);
            AddScaled(q, -alpha, node.Value.Change);
            alphas.Push(alpha);
        }

        if (steps.Last is { Value: var last })
        {
            var scale = 1 / (last.Curvature * Dot(last.Change, last.Change));
            for (var i = 0; i < q.Length; i++)
                q[i] *= scale;
        }

        foreach (var (move, change, curvature) in steps)
            AddScaled(q, alphas.Pop() - curvature * Dot(change, q), move);
        for (var i = 0; i < q.Length; i++)
            q[i] = -q[i];
        return q;
    }

    private static double Dot(double[] a, double[] b)
    {
        var sum = 0.0;
        for (var i = 0; i < a.Length; i++)
            sum += a[i] * b[i];
        return sum;
    }

    private static void AddScaled(double[] target, double factor, double[] addend)
    {
        for (var i = 0; i < target.Length; i++)
            target[i] += factor * addend[i];
    }

    private static double[] Minus(double[] a, double[] b) => [.. a.Zip(b, (one, other) => one - other)];
}
