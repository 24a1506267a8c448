using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Rows;

/// <summary>
/// A quantised column once more, four blocks of 32 at a time as <see cref="Q4_0WideRow"/> meets them: (first halves of 4 blocks, second halves of 4 blocks) of codes; for each lane of
/// four codes the scale of its block, and what the zero point 8 adds. Blocks beyond the last four are left out.
/// </summary>
internal readonly unsafe struct WideColumn(int length, float* memory)
{
    /// <summary>Blocks in a step, and the values in them.</summary>
    public const int Blocks = 4, Values = 32 * Blocks;

    public readonly int Steps = length / Values;

    /// <summary>(steps, 128)</summary>
    public readonly sbyte* Codes = (sbyte*)memory;

    /// <summary>(steps, 16) scales times 2¹¹².</summary>
    public readonly float* Scales = memory + length / Values * (Values / 4);

    /// <summary>(steps, 16): −8 times the sum of the codes that a lane takes up.</summary>
    public readonly int* Zeros = (int*)memory + length / Values * (Values / 4 + 16);

    public static int Floats(int length) => length / Values * (Values / 4 + 32);

    public void Fill(sbyte* codes, float* scales)
    {
        for (var step = 0; step < Steps; step++)
        {
            var target = Codes + step * Values;
            for (var block = 0; block < Blocks; block++)
            {
                var source = Vector256.Load(codes + step * Values + 32 * block);
                source.GetLower().Store(target + 16 * block);
                source.GetUpper().Store(target + 64 + 16 * block);
                Vector128.Create(scales[step * Blocks + block] * Q4_0WideRow.Raise).Store(Scales + 16 * step + 4 * block);
                // Sums of four: by ones, as the products themselves are made.
                var sums = PortableDots.Add(default, Vector256<byte>.One, source);
                (-8 * (sums.GetLower() + sums.GetUpper())).Store(Zeros + 16 * step + 4 * block);
            }
        }
    }
}
