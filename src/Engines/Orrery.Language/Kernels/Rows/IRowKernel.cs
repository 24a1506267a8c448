namespace Orrery.Language.Kernels.Rows;

/// <summary>The product of one stored row with a column: what decoding a single token is made of, bound by how fast weights are read.</summary>
internal unsafe interface IRowKernel
{
    static abstract float Dot(byte* row, in QuantizedColumn column);
}
