namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>The length of vectors.</summary>
internal static class VectorLength
{
    /// <summary>The same direction with length 1; a vector of zeros stays one.</summary>
    public static float[] One(float[] vector)
    {
        var length = Math.Sqrt(vector.Sum(value => (double)value * value));
        return length > 0 ? [.. vector.Select(value => (float)(value / length))] : vector;
    }

    public static double Cosine(float[] x, float[] y)
    {
        var (product, left, right) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
        {
            product += (double)x[i] * y[i];
            left += (double)x[i] * x[i];
            right += (double)y[i] * y[i];
        }

        return left > 0 && right > 0 ? product / Math.Sqrt(left * right) : 0;
    }
}
