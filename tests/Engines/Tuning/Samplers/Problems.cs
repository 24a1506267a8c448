using Orrery.Tuning.Spaces;

namespace Orrery.Tuning.Tests.Samplers;

/// <summary>Functions with known minima (Surjanovic &amp; Bingham, Virtual Library of Simulation Experiments).</summary>
internal static class Problems
{
    public static SearchSpace BraninSpace { get; } = new(ParameterSpec.Float("x", -5, 10), ParameterSpec.Float("y", 0, 15));

    public static SearchSpace HartmannSpace { get; } = new([.. Enumerable.Range(0, 6).Select(i => ParameterSpec.Float($"x{i}", 0, 1))]);

    public static SearchSpace Square { get; } = new(ParameterSpec.Float("x", 0, 1), ParameterSpec.Float("y", 0, 1));

    public static SearchSpace UnitCube(int dimensions) => new([.. Enumerable.Range(0, dimensions).Select(i => ParameterSpec.Float($"x{i}", 0, 1))]);

    /// <summary>Two objectives; the front is f2 = 1 − √f1, where all but the first are 0 (Zitzler, Deb &amp; Thiele 2000).</summary>
    public static double[] Zdt1(IReadOnlyDictionary<string, ParameterValue> at)
    {
        var first = at["x0"].Number;
        var g = 1 + 9 * at.Where(x => x.Key != "x0").Average(x => x.Value.Number);
        return [first, g * (1 - Math.Sqrt(first / g))];
    }

    /// <summary>[−2, 2] in every coordinate.</summary>
    public static SearchSpace Cube(int dimensions) => new([.. Enumerable.Range(0, dimensions).Select(i => ParameterSpec.Float($"x{i}", -2, 2))]);

    /// <summary>Minimum 0 at 0.7 in every coordinate.</summary>
    public static double Sphere(IReadOnlyDictionary<string, ParameterValue> at) => at.Values.Sum(x => (x.Number - 0.7) * (x.Number - 0.7));

    /// <summary>Minimum 0 at 1 in every coordinate, at the end of a bent valley.</summary>
    public static double Rosenbrock(IReadOnlyDictionary<string, ParameterValue> at) => Enumerable.Range(0, at.Count - 1).Sum(i =>
    {
        var (x, next) = (at[$"x{i}"].Number, at[$"x{i + 1}"].Number);
        return 100 * Math.Pow(next - x * x, 2) + Math.Pow(1 - x, 2);
    });

    /// <summary>Minimum 0.397887 at (π, 2.275) and two more places.</summary>
    public static double Branin(IReadOnlyDictionary<string, ParameterValue> at)
    {
        var (x, y) = (at["x"].Number, at["y"].Number);
        var curve = y - 5.1 / (4 * Math.PI * Math.PI) * x * x + 5 / Math.PI * x - 6;
        return curve * curve + 10 * (1 - 1 / (8 * Math.PI)) * Math.Cos(x) + 10;
    }

    /// <summary>Minimum −3.32237.</summary>
    public static double Hartmann(IReadOnlyDictionary<string, ParameterValue> at)
    {
        double[] alpha = [1.0, 1.2, 3.0, 3.2];
        double[][] a = [[10, 3, 17, 3.5, 1.7, 8], [0.05, 10, 17, 0.1, 8, 14], [3, 3.5, 1.7, 10, 17, 8], [17, 8, 0.05, 10, 0.1, 14]];
        double[][] p =
        [
            [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886], [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
            [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.6650], [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
        ];
        return -alpha.Select((weight, i) => weight * Math.Exp(-Enumerable.Range(0, 6).Sum(j => a[i][j] * Math.Pow(at[$"x{j}"].Number - p[i][j], 2)))).Sum();
    }
}
