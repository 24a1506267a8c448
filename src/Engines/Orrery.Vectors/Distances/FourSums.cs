using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Vectors.Distances;

/// <summary>
/// The sums of the lanes of four vectors at once: half the instructions of four sums, which are as many as the products of 100 components.
/// </summary>
internal static unsafe class FourSums
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<float> a, Vector512<float> b, Vector512<float> c, Vector512<float> d, float* sums) =>
        Store(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper(), c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper(), sums);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector256<float> a, Vector256<float> b, Vector256<float> c, Vector256<float> d, float* sums)
    {
        if (Avx.IsSupported)
        {
            var all = Avx.HorizontalAdd(Avx.HorizontalAdd(a, b), Avx.HorizontalAdd(c, d));
            (all.GetLower() + all.GetUpper()).Store(sums);
            return;
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector256.Sum(a), Vector256.Sum(b), Vector256.Sum(c), Vector256.Sum(d));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(Vector512<int> a, Vector512<int> b, Vector512<int> c, Vector512<int> d, float* sums)
    {
        if (Avx2.IsSupported)
        {
            var left = Avx2.HorizontalAdd(a.GetLower() + a.GetUpper(), b.GetLower() + b.GetUpper());
            var right = Avx2.HorizontalAdd(c.GetLower() + c.GetUpper(), d.GetLower() + d.GetUpper());
            var all = Avx2.HorizontalAdd(left, right);
            Vector128.ConvertToSingle(all.GetLower() + all.GetUpper()).Store(sums);
            return;
        }

        (sums[0], sums[1], sums[2], sums[3]) = (Vector512.Sum(a), Vector512.Sum(b), Vector512.Sum(c), Vector512.Sum(d));
    }
}
