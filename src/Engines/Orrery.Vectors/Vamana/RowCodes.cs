using Orrery.Vectors.Clustering;
using Orrery.Vectors.Memory;
using Orrery.Vectors.Quantization;

namespace Orrery.Vectors.Vamana;

/// <summary>The codes by which searches find their way, a byte a subspace.</summary>
internal static unsafe class RowCodes
{
    private const int MostForCodes = 65_536;
    // As in the authors' code: codes only lead the way.
    private const int Passes = 12;

    private const int Batch = 1_024;
    private const int Codewords = 256;

    /// <summary>Codewords of a sample; of fewer vectors than codewords some are taken again.</summary>
    public static ProductQuantizer Train(SourceRows rows, VamanaOptions options)
    {
        var (dimension, count) = (rows.Space.Dimension, Math.Clamp(rows.Count, Codewords, MostForCodes));
        var sample = new float[count * dimension];
        for (var i = 0; i < count; i++)
            rows.Accept((int)((long)i * Math.Max(rows.Count, count) / count % rows.Count), sample.AsSpan(i * dimension, dimension));
        return ProductQuantizer.Train(sample, dimension, options.SubspacesOf(dimension), bits: 8, options.Seed, Passes);
    }

    /// <returns>(rows, subspaces)</returns>
    public static NativeBlock<byte> Of(SourceRows rows, ProductQuantizer quantizer, CancellationToken cancellationToken)
    {
        var (dimension, subspaces, width) = (quantizer.Dimension, quantizer.Subspaces, quantizer.Dimension / quantizer.Subspaces);
        var codes = new NativeBlock<byte>((long)rows.Count * subspaces);
        var (kept, part, labels, squares) = (new float[Batch * dimension], new float[Batch * width], new int[Batch], new float[Batch]);
        for (var first = 0; first < rows.Count; first += Batch)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var count = Math.Min(Batch, rows.Count - first);
            for (var i = 0; i < count; i++)
                rows.Accept(first + i, kept.AsSpan(i * dimension, dimension));
            for (var subspace = 0; subspace < subspaces; subspace++)
            {
                for (var i = 0; i < count; i++)
                    kept.AsSpan((i * dimension) + (subspace * width), width).CopyTo(part.AsSpan(i * width));
                fixed (float* vectors = part, codewords = quantizer.AllCodewords)
                    NearestCentroid.Find(vectors, count, codewords + ((long)subspace * Codewords * width), Codewords, width, labels, squares);
                for (var i = 0; i < count; i++)
                    codes.Pointer[((long)(first + i) * subspaces) + subspace] = (byte)labels[i];
            }
        }

        return codes;
    }
}
