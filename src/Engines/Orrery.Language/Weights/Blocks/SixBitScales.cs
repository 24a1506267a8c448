namespace Orrery.Language.Weights.Blocks;

/// <summary>
/// The eight scales and eight minimums of 6 bits that Q4_K and Q5_K keep in 12 bytes: the first four of each lie in the low 6 bits of bytes 0–3 and 4–7;
/// the others have their low 4 bits in bytes 8–11 (scale below, minimum above) and their high 2 bits atop bytes 0–3 and 4–7.
/// </summary>
internal static unsafe class SixBitScales
{
    public const int Bytes = 12;

    public static (int Scale, int Minimum) Read(byte* packed, int group) => group < 4
        ? (packed[group] & 63, packed[group + 4] & 63)
        : ((packed[group + 4] & 0xF) | (packed[group - 4] >> 6 << 4), (packed[group + 4] >> 4) | (packed[group] >> 6 << 4));

    public static void Write(byte* scales, byte* minimums, byte* packed)
    {
        for (var group = 0; group < 4; group++)
        {
            packed[group] = (byte)(scales[group] | (scales[group + 4] >> 4 << 6));
            packed[group + 4] = (byte)(minimums[group] | (minimums[group + 4] >> 4 << 6));
            packed[group + 8] = (byte)((scales[group + 4] & 0xF) | (minimums[group + 4] << 4));
        }
    }
}
