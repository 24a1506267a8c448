using Orrery.Kernel;
using Orrery.Language.Weights.Blocks;

namespace Orrery.Language.Weights;

/// <summary>A <see cref="TensorType"/>'s layout: blocks of so many values in so many bytes, and the way from and to float32. Immutable.</summary>
public sealed unsafe class TensorFormat
{
    private static readonly TensorFormat[] All =
    [
        OfFloats<Float32>(), OfFloats<Float16>(), OfFloats<BrainFloat16>(),
        Writable<Q8_0>(), Writable<Q4_0>(), Writable<Q4_1>(), Writable<Q5_0>(), Writable<Q5_1>(), Writable<Q4_K>(), Writable<Q6_K>(),
        OfBlocks<Q2_K>(null), OfBlocks<Q3_K>(null), OfBlocks<Q5_K>(null),
    ];

    private readonly delegate*<byte*, long, float*, void> _read;
    private readonly delegate*<float*, long, byte*, void> _write;

    private TensorFormat(TensorType type, int blockLength, int blockBytes, delegate*<byte*, long, float*, void> read, delegate*<float*, long, byte*, void> write)
    {
        (Type, BlockLength, BlockBytes) = (type, blockLength, blockBytes);
        _read = read;
        _write = write;
    }

    /// <summary>Which it is.</summary>
    public TensorType Type { get; }

    /// <summary>Values in a block; a row is a whole number of blocks.</summary>
    public int BlockLength { get; }

    /// <summary>Bytes of a block.</summary>
    public int BlockBytes { get; }

    /// <summary>Whether <see cref="Write"/> can make it. Q2_K, Q3_K and Q5_K are only read.</summary>
    public bool IsWritable => _write is not null;

    /// <summary>The names of all formats that can be read.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. All.Select(format => format.Type.ToString())];

    /// <summary>The layout of a type.</summary>
    public static TensorFormat Of(TensorType type) =>
        Array.Find(All, format => format.Type == type) ?? throw new ArgumentOutOfRangeException(nameof(type), type, "Expected one of the named types.");

    /// <summary>The layout of a type as a file numbers it.</summary>
    /// <exception cref="InvalidException">No such format is supported.</exception>
    public static TensorFormat OfNumber(uint number, string tensor) =>
        Array.Find(All, format => (uint)format.Type == number)
            ?? throw new InvalidException($"Tensor '{tensor}' has type {number}{Known(number)}, which is not supported. Supported: {string.Join(", ", Names)}. Convert the file to one of them.");

    /// <summary>Bytes of that many values, which are whole blocks.</summary>
    public long Bytes(long values) => checked(values / BlockLength * BlockBytes);

    /// <summary>Decodes whole blocks exactly as the format defines them.</summary>
    public void Read(ReadOnlySpan<byte> blocks, Span<float> values)
    {
        Check(values.Length, blocks.Length);
        fixed (byte* source = blocks)
        fixed (float* target = values)
            _read(source, values.Length, target);
    }

    /// <summary>Encodes values, whole blocks of them; the nearest codes under the format's own error measure.</summary>
    /// <exception cref="NotSupportedException">The format is only read.</exception>
    public void Write(ReadOnlySpan<float> values, Span<byte> blocks)
    {
        Check(values.Length, blocks.Length);
        if (_write is null)
            throw new NotSupportedException($"{Type} can be read but not written; write {string.Join(", ", All.Where(format => format.IsWritable).Select(format => format.Type))}.");
        fixed (float* source = values)
        fixed (byte* target = blocks)
            _write(source, values.Length, target);
    }

    internal void Read(byte* blocks, long values, float* target) => _read(blocks, values, target);

    private void Check(int values, int bytes)
    {
        if (values % BlockLength != 0 || bytes != Bytes(values))
            throw new ArgumentException($"{Type} holds {BlockLength} values in {BlockBytes} bytes; {values} values and {bytes} bytes do not fit together.");
    }

    private static TensorFormat OfFloats<T>()
        where T : struct, IFloatFormat => new(T.Type, 1, T.Bytes, &FloatRows.Read<T>, &FloatRows.Write<T>);

    private static TensorFormat Writable<T>()
        where T : struct, IBlockFormat, IBlockWriter => OfBlocks<T>(&BlockRows.Write<T>);

    private static TensorFormat OfBlocks<T>(delegate*<float*, long, byte*, void> write)
        where T : struct, IBlockFormat => new(T.Type, T.Length, T.Bytes, &BlockRows.Read<T>, write);

    /// <summary>Names of ggml's other types, so that a refusal says what the file holds.</summary>
    private static string Known(uint number) => number switch
    {
        9 => " (Q8_1)",
        15 => " (Q8_K)",
        16 => " (IQ2_XXS)",
        17 => " (IQ2_XS)",
        18 => " (IQ3_XXS)",
        19 => " (IQ1_S)",
        20 => " (IQ4_NL)",
        21 => " (IQ3_S)",
        22 => " (IQ2_S)",
        23 => " (IQ4_XS)",
        24 => " (I8)",
        25 => " (I16)",
        26 => " (I32)",
        27 => " (I64)",
        28 => " (F64)",
        29 => " (IQ1_M)",
        34 => " (TQ1_0)",
        35 => " (TQ2_0)",
        39 => " (MXFP4)",
        _ => "",
    };
}
