namespace Orrery.Vectors.Planning;

/// <summary>y = y₀ · (x ⁄ x₀)ᵇ through the last of some points, with the b of least squares over their logarithms.</summary>
internal readonly record struct PowerLaw(double X, double Y, double Exponent)
{
    /// <summary>Fits points in the order of their x, all numbers above 0; b is held between <paramref name="least"/>, which it also is for one point alone, and 1.</summary>
    public static PowerLaw Fit(IReadOnlyList<(double X, double Y)> points, double least)
    {
        var logs = points.Select(point => (X: Math.Log(point.X), Y: Math.Log(point.Y))).ToList();
        var (x, y) = (logs.Average(point => point.X), logs.Average(point => point.Y));
        var spread = logs.Sum(point => (point.X - x) * (point.X - x));
        var exponent = spread > 0 ? logs.Sum(point => (point.X - x) * (point.Y - y)) / spread : least;
        return new(points[^1].X, points[^1].Y, Math.Clamp(exponent, least, 1));
    }

    public double At(double x) => Y * Math.Pow(x / X, Exponent);
}
