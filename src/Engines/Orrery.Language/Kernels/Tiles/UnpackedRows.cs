using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels.Tiles;

/// <summary>
/// Four rows of weights as unsigned codes with their scales, in memory that stays in the cache while all columns pass by: whatever the format was, one kernel
/// multiplies it. Codes are (4 rows, length), scales and minimums (4 rows, groups).
/// </summary>
internal readonly unsafe struct UnpackedRows
{
    public const int Height = 4;

    public readonly byte* Codes;
    public readonly float* Scales;
    public readonly float* Minimums;
    public readonly int Length;
    public readonly int Groups;

    public UnpackedRows(int length, int group, byte* memory)
    {
        Length = length;
        Groups = length / group;
        Codes = memory;
        Scales = (float*)(memory + (long)Height * length);
        Minimums = Scales + Height * Groups;
    }

    /// <summary>Memory of four rows, whatever the group.</summary>
    public static long Bytes(int length) => (long)Height * (length + length / 16 * 2 * sizeof(float));

    public void Unpack<TFormat>(int row, byte* stored)
        where TFormat : struct, IBlockFormat
    {
        var codes = Codes + (long)row * Length;
        var scales = Scales + row * Groups;
        var minimums = Minimums + row * Groups;
        for (var start = 0; start < Length; start += TFormat.Length, stored += TFormat.Bytes)
            TFormat.Unpack(stored, codes + start, scales + start / TFormat.Group, minimums + start / TFormat.Group);
    }
}
