using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels;

/// <summary>What happens to one vector of activations between products.</summary>
internal static unsafe class Elementwise
{
    /// <summary>x / √(mean(x²) + ε) × weight (arXiv 1910.07467).</summary>
    public static void RootMeanSquareNorm(float* x, float* weight, float epsilon, int length, float* output)
    {
        var scale = 1 / MathF.Sqrt(SumOfSquares(x, length, 0) / length + epsilon);
        var i = 0;
        for (; i <= length - 16; i += 16)
            (Vector512.Load(x + i) * scale * Vector512.Load(weight + i)).Store(output + i);
        for (; i < length; i++)
            output[i] = x[i] * scale * weight[i];
    }

    /// <summary>(x − mean) / √(variance + ε) × weight + bias (arXiv 1607.06450).</summary>
    public static void LayerNorm(float* x, float* weight, float* bias, float epsilon, int length, float* output)
    {
        var mean = Sum(x, length) / length;
        var scale = 1 / MathF.Sqrt(SumOfSquares(x, length, mean) / length + epsilon);
        var i = 0;
        for (; i <= length - 16; i += 16)
        {
            var normed = (Vector512.Load(x + i) - Vector512.Create(mean)) * scale * Vector512.Load(weight + i);
            (bias is null ? normed : normed + Vector512.Load(bias + i)).Store(output + i);
        }

        for (; i < length; i++)
            output[i] = (x[i] - mean) * scale * weight[i] + (bias is null ? 0 : bias[i]);
    }

    public static float Dot(float* x, float* y, int length)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= length - 16; i += 16)
            sum = Vector512.FusedMultiplyAdd(Vector512.Load(x + i), Vector512.Load(y + i), sum);
        var total = Vector512.Sum(sum);
        for (; i < length; i++)
            total += x[i] * y[i];
        return total;
    }

    public static void Add(float* target, float* addend, int length)
    {
        var i = 0;
        for (; i <= length - 16; i += 16)
            (Vector512.Load(target + i) + Vector512.Load(addend + i)).Store(target + i);
        for (; i < length; i++)
            target[i] += addend[i];
    }

    public static void AddScaled(float* target, float* addend, float factor, int length)
    {
        var i = 0;
        for (; i <= length - 16; i += 16)
            Vector512.FusedMultiplyAdd(Vector512.Create(factor), Vector512.Load(addend + i), Vector512.Load(target + i)).Store(target + i);
        for (; i < length; i++)
            target[i] += factor * addend[i];
    }

    public static void Scale(float* x, float factor, int length)
    {
        var i = 0;
        for (; i <= length - 16; i += 16)
            (Vector512.Load(x + i) * factor).Store(x + i);
        for (; i < length; i++)
            x[i] *= factor;
    }

    /// <summary>x · σ(x) × factor, into x (SwiGLU, arXiv 2002.05202).</summary>
    public static void SiluTimes(float* x, float* factor, int length)
    {
        var i = 0;
        for (; i <= length - 16; i += 16)
        {
            var value = Vector512.Load(x + i);
            (value / (Vector512<float>.One + Vector512.Exp(-value)) * Vector512.Load(factor + i)).Store(x + i);
        }

        for (; i < length; i++)
            x[i] = x[i] / (1 + MathF.Exp(-x[i])) * factor[i];
    }

    /// <summary>½x(1 + tanh(√(2/π)(x + 0.044715x³))), the form that GPT-2 and Gemma were trained with; 1 + tanh(u) = 2σ(2u).</summary>
    public static void GeluTanh(float* x, int length)
    {
        const float Twice = 1.5957691216057308f;
        var i = 0;
        for (; i <= length - 16; i += 16)
        {
            var value = Vector512.Load(x + i);
            var inner = Twice * (value + 0.044715f * value * value * value);
            (value / (Vector512<float>.One + Vector512.Exp(-inner))).Store(x + i);
        }

        for (; i < length; i++)
            x[i] /= 1 + MathF.Exp(-Twice * (x[i] + 0.044715f * x[i] * x[i] * x[i]));
    }

    /// <summary>
    /// x Φ(x), as BERT was trained with. Φ by the complementary error function of Numerical Recipes (3rd ed., 6.2.2): 1.2e-7 relative in float64, and some 1e-6 as it is computed here, in
    /// float32 sixteen at a time (one by one in float64 it took longer than the products of a layer).
    /// </summary>
    public static void Gelu(float* x, int length)
    {
        var i = 0;
        for (; i <= length - 16; i += 16)
        {
            var value = Vector512.Load(x + i);
            var z = Vector512.Abs(value) * 0.70710678f;
            var t = Vector512.Create(2f) / (Vector512.Create(2f) + z);
            var series = Vector512.Create(0.17087277f);
            foreach (var coefficient in (ReadOnlySpan<float>)[-0.82215223f, 1.48851587f, -1.13520398f, 0.27886807f, -0.18628806f, 0.09678418f, 0.37409196f, 1.00002368f, -1.26551223f])
                series = Vector512.FusedMultiplyAdd(series, t, Vector512.Create(coefficient));
            var tail = t * Vector512.Exp(series - z * z);
            // erfc(−u) for the value's own sign: the tail itself below zero, 2 without it above.
            var cumulated = Vector512.ConditionalSelect(Vector512.LessThan(value, Vector512<float>.Zero), tail, Vector512.Create(2f) - tail);
            (value * 0.5f * cumulated).Store(x + i);
        }

        for (; i < length; i++)
            x[i] = (float)(x[i] * 0.5 * ComplementaryErrorFunction(-x[i] / Math.Sqrt(2)));
    }

    public static void Multiply(float* target, float* factor, int length)
    {
        var i = 0;
        for (; i <= length - 16; i += 16)
            (Vector512.Load(target + i) * Vector512.Load(factor + i)).Store(target + i);
        for (; i < length; i++)
            target[i] *= factor[i];
    }

    /// <summary>cap × tanh(x / cap): keeps scores below a bound without a kink (Gemma 2, arXiv 2408.00118, section 2).</summary>
    public static void SoftCap(float* x, float cap, int length)
    {
        var i = 0;
        for (; i <= length - 16; i += 16)
        {
            // tanh(u) = 1 − 2 / (e²ᵘ + 1), which saturates to ±1 without NaN.
            var grown = Vector512.Exp(Vector512.Load(x + i) * (2 / cap));
            (cap * (Vector512<float>.One - Vector512.Create(2f) / (grown + Vector512<float>.One))).Store(x + i);
        }

        for (; i < length; i++)
            x[i] = cap * MathF.Tanh(x[i] / cap);
    }

    private static float Sum(float* x, int length)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= length - 16; i += 16)
            sum += Vector512.Load(x + i);
        var total = Vector512.Sum(sum);
        for (; i < length; i++)
            total += x[i];
        return total;
    }

    private static float SumOfSquares(float* x, int length, float mean)
    {
        var sum = Vector512<float>.Zero;
        var i = 0;
        for (; i <= length - 16; i += 16)
        {
            var value = Vector512.Load(x + i) - Vector512.Create(mean);
            sum = Vector512.FusedMultiplyAdd(value, value, sum);
        }

        var total = Vector512.Sum(sum);
        for (; i < length; i++)
            total += (x[i] - mean) * (x[i] - mean);
        return total;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static double ComplementaryErrorFunction(double x)
    {
        var z = Math.Abs(x);
        var t = 2 / (2 + z);
        var value = t * Math.Exp(-z * z - 1.26551223 + t * (1.00002368 + t * (0.37409196 + t * (0.09678418 + t * (-0.18628806
            + t * (0.27886807 + t * (-1.13520398 + t * (1.48851587 + t * (-0.82215223 + t * 0.17087277)))))))));
        return x >= 0 ? value : 2 - value;
    }
}
