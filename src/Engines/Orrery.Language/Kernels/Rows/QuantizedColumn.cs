using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Rows;

/// <summary>
/// One vector of activations as 8-bit integers, a scale for each 32: what the products with quantised rows read. With it the sums that formats with a zero point or
/// minimums need. Length is a multiple of 32.
/// </summary>
internal readonly unsafe struct QuantizedColumn
{
    public readonly int Length;
    public readonly float* Values;
    public readonly sbyte* Codes;

    /// <summary>Of each 32.</summary>
    public readonly float* Scales;

    /// <summary><see cref="HalfTable"/>: kernels find it beside what they multiply its values with.</summary>
    public readonly float* Halves;

    /// <summary>Of each 32 codes, a whole number.</summary>
    public readonly float* Sums;

    /// <summary>Of each 32 quantised values: scale × sum.</summary>
    public readonly float* ValueSums;

    /// <summary>Of each 16 quantised values.</summary>
    public readonly float* HalfSums;

    /// <summary>Filled where <see cref="Q4_0WideRow"/> is there to read it.</summary>
    public readonly WideColumn Wide;

    /// <summary>Lays the column out in memory of <see cref="Floats"/> floats.</summary>
    public QuantizedColumn(float* values, int length, float* memory)
    {
        var groups = length / 32;
        Length = length;
        Values = values;
        Codes = (sbyte*)memory;
        Scales = memory + length / 4;
        Halves = HalfTable.Values;
        Sums = Scales + groups;
        ValueSums = Sums + groups;
        HalfSums = ValueSums + groups;
        Wide = new(length, HalfSums + 2 * groups);
    }

    public static int Floats(int length) => length / 4 + length / 32 * 5 + WideColumn.Floats(length);

    public void Quantize()
    {
        for (var group = 0; group < Length / 32; group++)
        {
            var scale = QuantizeGroup(Values + 32 * group, Codes + 32 * group, out var first, out var second);
            Scales[group] = scale;
            Sums[group] = first + second;
            ValueSums[group] = scale * (first + second);
            HalfSums[2 * group] = scale * first;
            HalfSums[2 * group + 1] = scale * second;
        }

        if (Q4_0WideRow.IsSupported)
            Wide.Fill(Codes, Scales);
    }

    /// <summary>Codes −127 … 127 of 32 values; gives the scale and the sums of the two halves' codes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float QuantizeGroup(float* values, sbyte* codes, out int first, out int second)
    {
        var (a, b, c, d) = (Vector256.Load(values), Vector256.Load(values + 8), Vector256.Load(values + 16), Vector256.Load(values + 24));
        var most = Vector256.Max(Vector256.Max(Vector256.Abs(a), Vector256.Abs(b)), Vector256.Max(Vector256.Abs(c), Vector256.Abs(d)));
        var half = Vector128.Max(most.GetLower(), most.GetUpper());
        var largest = MathF.Max(MathF.Max(half[0], half[1]), MathF.Max(half[2], half[3]));
        var scale = largest / 127;
        var inverse = Vector256.Create(largest == 0 ? 0 : 127 / largest);
        var (i, j, k, l) = (Round(a * inverse), Round(b * inverse), Round(c * inverse), Round(d * inverse));
        first = Vector256.Sum(i + j);
        second = Vector256.Sum(k + l);
        Vector256.Narrow(Vector256.Narrow(i, j), Vector256.Narrow(k, l)).Store(codes);
        return scale;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Round(Vector256<float> values) => Vector256.ConvertToInt32(Vector256.Round(values));
}
