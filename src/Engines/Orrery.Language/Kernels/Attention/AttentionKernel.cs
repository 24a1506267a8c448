using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Attention;

/// <summary>
/// The two products of attention with a page of 32 positions. Keys lie transposed, (headDimension, 32): 32 scores are two registers that grow by one multiply-add for
/// each dimension, and no score needs a sum across lanes. Values lie as they come, (32, headDimension).
/// </summary>
internal static unsafe class AttentionKernel
{
    public const int Page = 32;

    /// <summary>Scores of four queries, (4, 32).</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Scores(float* a, float* b, float* c, float* d, float* keys, int headDimension, float* scores)
    {
        Vector512<float> a0 = default, a1 = default, b0 = default, b1 = default, c0 = default, c1 = default, d0 = default, d1 = default;
        for (var i = 0; i < headDimension; i++, keys += Page)
        {
            var (low, high) = (Vector512.Load(keys), Vector512.Load(keys + 16));
            var query = Vector512.Create(a[i]);
            a0 = Vector512.FusedMultiplyAdd(query, low, a0);
            a1 = Vector512.FusedMultiplyAdd(query, high, a1);
            query = Vector512.Create(b[i]);
            b0 = Vector512.FusedMultiplyAdd(query, low, b0);
            b1 = Vector512.FusedMultiplyAdd(query, high, b1);
            query = Vector512.Create(c[i]);
            c0 = Vector512.FusedMultiplyAdd(query, low, c0);
            c1 = Vector512.FusedMultiplyAdd(query, high, c1);
            query = Vector512.Create(d[i]);
            d0 = Vector512.FusedMultiplyAdd(query, low, d0);
            d1 = Vector512.FusedMultiplyAdd(query, high, d1);
        }

        a0.Store(scores);
        a1.Store(scores + 16);
        b0.Store(scores + 32);
        b1.Store(scores + 48);
        c0.Store(scores + 64);
        c1.Store(scores + 80);
        d0.Store(scores + 96);
        d1.Store(scores + 112);
    }

    /// <summary>output × keep + Σ weights[t] × values[t] over the first <paramref name="count"/> positions.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Blend(float* weights, int count, float* values, int headDimension, float keep, float* output)
    {
        var i = 0;
        for (; i <= headDimension - 64; i += 64)
        {
            var a = Vector512.Load(output + i) * keep;
            var b = Vector512.Load(output + i + 16) * keep;
            var c = Vector512.Load(output + i + 32) * keep;
            var d = Vector512.Load(output + i + 48) * keep;
            var value = values + i;
            for (var t = 0; t < count; t++, value += headDimension)
            {
                var weight = Vector512.Create(weights[t]);
                a = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value), a);
                b = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 16), b);
                c = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 32), c);
                d = Vector512.FusedMultiplyAdd(weight, Vector512.Load(value + 48), d);
            }

            a.Store(output + i);
            b.Store(output + i + 16);
            c.Store(output + i + 32);
            d.Store(output + i + 48);
        }

        for (; i <= headDimension - 16; i += 16)
        {
            var a = Vector512.Load(output + i) * keep;
            for (var t = 0; t < count; t++)
                a = Vector512.FusedMultiplyAdd(Vector512.Create(weights[t]), Vector512.Load(values + (long)t * headDimension + i), a);
            a.Store(output + i);
        }

        for (; i < headDimension; i++)
        {
            var sum = output[i] * keep;
            for (var t = 0; t < count; t++)
                sum += weights[t] * values[(long)t * headDimension + i];
            output[i] = sum;
        }
    }
}
