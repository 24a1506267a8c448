namespace Orrery.Language.Kernels.Tiles;

/// <summary>Many columns of activations, packed for the kernels of quantised rows or for those of floats.</summary>
internal readonly unsafe struct Operand(int length, int columns, PackedColumns quantized, float* floats)
{
    public readonly int Length = length;
    public readonly int Columns = columns;
    public readonly PackedColumns Quantized = quantized;

    /// <summary>(groups of 16 columns, length, 16)</summary>
    public readonly float* Floats = floats;
}
