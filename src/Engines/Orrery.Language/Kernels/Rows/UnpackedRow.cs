using System.Runtime.Intrinsics;
using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels.Rows;

/// <summary>Any quantised format, block by block over its unpacked codes: for formats that are too rare for a kernel of their own.</summary>
internal readonly unsafe struct UnpackedRow<TFormat, TDots> : IRowKernel
    where TFormat : struct, IBlockFormat
    where TDots : struct, IDots
{
    public static float Dot(byte* row, in QuantizedColumn column)
    {
        var codes = stackalloc byte[BlockRows.MaxLength];
        var scales = stackalloc float[BlockRows.MaxGroups];
        var minimums = stackalloc float[BlockRows.MaxGroups];
        var total = 0f;
        for (var start = 0; start < column.Length; start += TFormat.Length, row += TFormat.Bytes)
        {
            TFormat.Unpack(row, codes, scales, minimums);
            for (var i = 0; i < TFormat.Length; i += 32)
            {
                var dots = TDots.Add(default, Vector256.Load(codes + i), Vector256.Load(column.Codes + start + i));
                var activationScale = column.Scales[(start + i) / 32];
                var sums = column.HalfSums + (start + i) / 16;
                if (TFormat.Group == 32)
                {
                    var weightScale = scales[i / 32];
                    var offset = TFormat.HasMinimums ? minimums[i / 32] : TFormat.Zero * weightScale;
                    total += weightScale * activationScale * Vector256.Sum(dots) - offset * (sums[0] + sums[1]);
                }
                else
                {
                    var (first, second) = (scales[i / 16], scales[i / 16 + 1]);
                    total += activationScale * (first * Vector128.Sum(dots.GetLower()) + second * Vector128.Sum(dots.GetUpper()));
                    total -= TFormat.HasMinimums
                        ? minimums[i / 16] * sums[0] + minimums[i / 16 + 1] * sums[1]
                        : TFormat.Zero * (first * sums[0] + second * sums[1]);
                }
            }
        }

        return total;
    }
}
