using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Benchmarks.Vectors;

/// <summary>What this machine can do at most on one thread, measured in the same run.</summary>
internal static unsafe class Ceilings
{
    /// <summary>Bytes a second that can be read from memory, once over the same numbers, with nothing else done but an addition.</summary>
    public static double ReadBandwidth(float[] numbers)
    {
        var start = Stopwatch.GetTimestamp();
        fixed (float* first = numbers)
            Keep(Sum(first, numbers.Length));
        return numbers.LongLength * sizeof(float) / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    /// <summary>Multiply-adds of float32 a second, in registers.</summary>
    public static double MultiplyAdds(int rounds)
    {
        Multiply(1000);
        var start = Stopwatch.GetTimestamp();
        Keep(Multiply(rounds));
        return 12.0 * Vector512<float>.Count * rounds / Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Sum(float* numbers, long count)
    {
        Vector512<float> a = default, b = default, c = default, d = default;
        for (long i = 0; i <= count - 64; i += 64)
        {
            a += Vector512.Load(numbers + i);
            b += Vector512.Load(numbers + i + 16);
            c += Vector512.Load(numbers + i + 32);
            d += Vector512.Load(numbers + i + 48);
        }

        return Vector512.Sum(a + b + c + d);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Multiply(int rounds)
    {
        var x = Vector512.Create(0.5f);
        Vector512<float> a = x, b = x, c = x, d = x, e = x, f = x, g = x, h = x, i = x, j = x, k = x, l = x;
        for (var round = 0; round < rounds; round++)
        {
            a = Vector512.FusedMultiplyAdd(a, x, x);
            b = Vector512.FusedMultiplyAdd(b, x, x);
            c = Vector512.FusedMultiplyAdd(c, x, x);
            d = Vector512.FusedMultiplyAdd(d, x, x);
            e = Vector512.FusedMultiplyAdd(e, x, x);
            f = Vector512.FusedMultiplyAdd(f, x, x);
            g = Vector512.FusedMultiplyAdd(g, x, x);
            h = Vector512.FusedMultiplyAdd(h, x, x);
            i = Vector512.FusedMultiplyAdd(i, x, x);
            j = Vector512.FusedMultiplyAdd(j, x, x);
            k = Vector512.FusedMultiplyAdd(k, x, x);
            l = Vector512.FusedMultiplyAdd(l, x, x);
        }

        return Vector512.Sum(a + b + c + d + e + f + g + h + i + j + k + l);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void Keep(float value) => _ = value;
}
