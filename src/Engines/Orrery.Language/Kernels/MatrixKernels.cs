using System.Runtime.Intrinsics.X86;
using Orrery.Language.Kernels.Rows;
using Orrery.Language.Kernels.Tiles;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Kernels;

/// <summary>The kernels of one format, in the variant for one kind of processor.</summary>
internal sealed unsafe class MatrixKernels
{
    // The processor's own prefetcher starts anew at each page of 4 KiB: asking 8 KiB ahead reads Q8_0 from memory at 34.1 GB/s where it was 32 (4 KiB ahead 32.8).
    private const int CacheLine = 64, PrefetchBytes = 8 * 1024;

    /// <summary>(stored rows, bytes of a row, how many, column, output)</summary>
    public readonly delegate*<byte*, long, int, in QuantizedColumn, float*, void> Rows;

    /// <summary>(stored rows, bytes of a row, how many, columns, output, its stride)</summary>
    public readonly delegate*<byte*, long, int, in Operand, float*, long, void> Tiles;

    public readonly bool IsQuantized;

    private MatrixKernels(
        bool isQuantized, delegate*<byte*, long, int, in QuantizedColumn, float*, void> rows, delegate*<byte*, long, int, in Operand, float*, long, void> tiles)
    {
        IsQuantized = isQuantized;
        Rows = rows;
        Tiles = tiles;
    }

    /// <summary>For this processor.</summary>
    public static MatrixKernels Of(TensorType type) =>
        VnniDots.IsSupported ? Of<VnniDots>(type) : Avx2Dots.IsSupported ? Of<Avx2Dots>(type) : Of<PortableDots>(type);

    /// <summary>In a chosen variant.</summary>
    public static MatrixKernels Of<TDots>(TensorType type)
        where TDots : struct, IDots => type switch
        {
            TensorType.F32 => Floats<Float32, FloatRow<LoadFloat32>>(),
            TensorType.F16 => Floats<Float16, FloatRow<LoadFloat16>>(),
            TensorType.BF16 => Floats<BrainFloat16, FloatRow<LoadBrainFloat16>>(),
            TensorType.Q8_0 => Quantized<Q8_0, ScaledRow<Q8_0, TDots>, TDots>(),
            TensorType.Q4_0 when typeof(TDots) == typeof(VnniDots) && Q4_0WideRow.IsSupported => Quantized<Q4_0, Q4_0WideRow, TDots>(),
            TensorType.Q4_0 => Quantized<Q4_0, ScaledRow<Q4_0, TDots>, TDots>(),
            TensorType.Q4_1 => Quantized<Q4_1, UnpackedRow<Q4_1, TDots>, TDots>(),
            TensorType.Q5_0 => Quantized<Q5_0, ScaledRow<Q5_0, TDots>, TDots>(),
            TensorType.Q5_1 => Quantized<Q5_1, UnpackedRow<Q5_1, TDots>, TDots>(),
            TensorType.Q2_K => Quantized<Q2_K, UnpackedRow<Q2_K, TDots>, TDots>(),
            TensorType.Q3_K => Quantized<Q3_K, UnpackedRow<Q3_K, TDots>, TDots>(),
            TensorType.Q4_K => Quantized<Q4_K, Q4_KRow<TDots>, TDots>(),
            TensorType.Q5_K => Quantized<Q5_K, UnpackedRow<Q5_K, TDots>, TDots>(),
            TensorType.Q6_K => Quantized<Q6_K, Q6_KRow<TDots>, TDots>(),
            _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Expected one of the named types."),
        };

    private static MatrixKernels Floats<TFormat, TRow>()
        where TFormat : struct, IFloatFormat
        where TRow : struct, IRowKernel => new(false, &Each<TRow>, &TileRows.Floats<TFormat>);

    private static MatrixKernels Quantized<TFormat, TRow, TDots>()
        where TFormat : struct, IBlockFormat
        where TRow : struct, IRowKernel
        where TDots : struct, IDots => new(true, &Each<TRow>, &TileRows.Quantized<TFormat, TDots>);

    private static void Each<TRow>(byte* rows, long rowBytes, int count, in QuantizedColumn column, float* output)
        where TRow : struct, IRowKernel
    {
        var ahead = rows + PrefetchBytes;
        for (var row = 0; row < count; row++)
        {
            for (var line = 0L; line < rowBytes && Sse.IsSupported; line += CacheLine)
                Sse.Prefetch0(ahead + line);
            ahead += rowBytes;
            output[row] = TRow.Dot(rows + row * rowBytes, column);
        }
    }
}
