using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Orrery.Vectors.Distances;

/// <summary>
/// One addend of a distance between vectors of 8-bit integers, widened to 16 bits, for every width. Zero against zero adds nothing. An addend is at most 255².
/// </summary>
internal interface IIntegerTerm
{
    static abstract int Term(int x, int y);
    static abstract Vector128<int> Add(Vector128<int> sum, Vector128<short> x, Vector128<short> y);
    static abstract Vector256<int> Add(Vector256<int> sum, Vector256<short> x, Vector256<short> y);
    static abstract Vector512<int> Add(Vector512<int> sum, Vector512<short> x, Vector512<short> y);
}

/// <summary>−xy.</summary>
internal readonly struct IntegerNegatedProduct : IIntegerTerm
{
    public static int Term(int x, int y) => -x * y;

    public static Vector128<int> Add(Vector128<int> sum, Vector128<short> x, Vector128<short> y) => sum - Adjacent.Products(x, y);

    public static Vector256<int> Add(Vector256<int> sum, Vector256<short> x, Vector256<short> y) => sum - Adjacent.Products(x, y);

    public static Vector512<int> Add(Vector512<int> sum, Vector512<short> x, Vector512<short> y) => sum - Adjacent.Products(x, y);
}

/// <summary>(x − y)².</summary>
internal readonly struct IntegerSquaredDifference : IIntegerTerm
{
    public static int Term(int x, int y) => (x - y) * (x - y);

    public static Vector128<int> Add(Vector128<int> sum, Vector128<short> x, Vector128<short> y) => sum + Adjacent.Products(x - y, x - y);

    public static Vector256<int> Add(Vector256<int> sum, Vector256<short> x, Vector256<short> y) => sum + Adjacent.Products(x - y, x - y);

    public static Vector512<int> Add(Vector512<int> sum, Vector512<short> x, Vector512<short> y) => sum + Adjacent.Products(x - y, x - y);
}

/// <summary>|x − y|.</summary>
internal readonly struct IntegerAbsoluteDifference : IIntegerTerm
{
    public static int Term(int x, int y) => Math.Abs(x - y);

    public static Vector128<int> Add(Vector128<int> sum, Vector128<short> x, Vector128<short> y) => sum + Adjacent.Products(Vector128.Abs(x - y), Vector128<short>.One);

    public static Vector256<int> Add(Vector256<int> sum, Vector256<short> x, Vector256<short> y) => sum + Adjacent.Products(Vector256.Abs(x - y), Vector256<short>.One);

    public static Vector512<int> Add(Vector512<int> sum, Vector512<short> x, Vector512<short> y) => sum + Adjacent.Products(Vector512.Abs(x - y), Vector512<short>.One);
}

/// <summary>1 where x and y differ.</summary>
internal readonly struct IntegerInequality : IIntegerTerm
{
    public static int Term(int x, int y) => x == y ? 0 : 1;

    public static Vector128<int> Add(Vector128<int> sum, Vector128<short> x, Vector128<short> y) =>
        sum + Adjacent.Products(Vector128.AndNot(Vector128<short>.One, Vector128.Equals(x, y)), Vector128<short>.One);

    public static Vector256<int> Add(Vector256<int> sum, Vector256<short> x, Vector256<short> y) =>
        sum + Adjacent.Products(Vector256.AndNot(Vector256<short>.One, Vector256.Equals(x, y)), Vector256<short>.One);

    public static Vector512<int> Add(Vector512<int> sum, Vector512<short> x, Vector512<short> y) =>
        sum + Adjacent.Products(Vector512.AndNot(Vector512<short>.One, Vector512.Equals(x, y)), Vector512<short>.One);
}

/// <summary>Products of 16-bit lanes, two of them added into one of 32 bits: which two does not matter here, as all are added in the end.</summary>
internal static class Adjacent
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Products(Vector128<short> x, Vector128<short> y) => Sse2.IsSupported
        ? Sse2.MultiplyAddAdjacent(x, y)
        : Vector128.WidenLower(x) * Vector128.WidenLower(y) + Vector128.WidenUpper(x) * Vector128.WidenUpper(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Products(Vector256<short> x, Vector256<short> y) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(x, y)
        : Vector256.WidenLower(x) * Vector256.WidenLower(y) + Vector256.WidenUpper(x) * Vector256.WidenUpper(y);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Products(Vector512<short> x, Vector512<short> y) => Avx512BW.IsSupported
        ? Avx512BW.MultiplyAddAdjacent(x, y)
        : Vector512.WidenLower(x) * Vector512.WidenLower(y) + Vector512.WidenUpper(x) * Vector512.WidenUpper(y);
}
