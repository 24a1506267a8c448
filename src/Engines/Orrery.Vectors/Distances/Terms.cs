using System.Runtime.Intrinsics;

namespace Orrery.Vectors.Distances;

/// <summary>
/// One addend of a distance that is a sum over components, for every width. Zero against zero adds nothing: tails are filled with zeros.
/// </summary>
internal interface ITerm
{
    static abstract float Add(float sum, float x, float y);
    static abstract Vector128<float> Add(Vector128<float> sum, Vector128<float> x, Vector128<float> y);
    static abstract Vector256<float> Add(Vector256<float> sum, Vector256<float> x, Vector256<float> y);
    static abstract Vector512<float> Add(Vector512<float> sum, Vector512<float> x, Vector512<float> y);
}

/// <summary>−xy: negated, so that the sum itself ranks.</summary>
internal readonly struct NegatedProduct : ITerm
{
    public static float Add(float sum, float x, float y) => sum - x * y;

    public static Vector128<float> Add(Vector128<float> sum, Vector128<float> x, Vector128<float> y) => Vector128.MultiplyAddEstimate(-x, y, sum);

    public static Vector256<float> Add(Vector256<float> sum, Vector256<float> x, Vector256<float> y) => Vector256.MultiplyAddEstimate(-x, y, sum);

    public static Vector512<float> Add(Vector512<float> sum, Vector512<float> x, Vector512<float> y) => Vector512.MultiplyAddEstimate(-x, y, sum);
}

/// <summary>(x − y)².</summary>
internal readonly struct SquaredDifference : ITerm
{
    public static float Add(float sum, float x, float y) => sum + (x - y) * (x - y);

    public static Vector128<float> Add(Vector128<float> sum, Vector128<float> x, Vector128<float> y)
    {
        var difference = x - y;
        return Vector128.MultiplyAddEstimate(difference, difference, sum);
    }

    public static Vector256<float> Add(Vector256<float> sum, Vector256<float> x, Vector256<float> y)
    {
        var difference = x - y;
        return Vector256.MultiplyAddEstimate(difference, difference, sum);
    }

    public static Vector512<float> Add(Vector512<float> sum, Vector512<float> x, Vector512<float> y)
    {
        var difference = x - y;
        return Vector512.MultiplyAddEstimate(difference, difference, sum);
    }
}

/// <summary>|x − y|.</summary>
internal readonly struct AbsoluteDifference : ITerm
{
    public static float Add(float sum, float x, float y) => sum + MathF.Abs(x - y);

    public static Vector128<float> Add(Vector128<float> sum, Vector128<float> x, Vector128<float> y) => sum + Vector128.Abs(x - y);

    public static Vector256<float> Add(Vector256<float> sum, Vector256<float> x, Vector256<float> y) => sum + Vector256.Abs(x - y);

    public static Vector512<float> Add(Vector512<float> sum, Vector512<float> x, Vector512<float> y) => sum + Vector512.Abs(x - y);
}

/// <summary>1 where x and y differ. Exact up to 2²⁴ components a lane.</summary>
internal readonly struct Inequality : ITerm
{
    public static float Add(float sum, float x, float y) => x == y ? sum : sum + 1;

    public static Vector128<float> Add(Vector128<float> sum, Vector128<float> x, Vector128<float> y) =>
        sum + Vector128.AndNot(Vector128<float>.One, Vector128.Equals(x, y));

    public static Vector256<float> Add(Vector256<float> sum, Vector256<float> x, Vector256<float> y) =>
        sum + Vector256.AndNot(Vector256<float>.One, Vector256.Equals(x, y));

    public static Vector512<float> Add(Vector512<float> sum, Vector512<float> x, Vector512<float> y) =>
        sum + Vector512.AndNot(Vector512<float>.One, Vector512.Equals(x, y));
}
