using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Clustering;

/// <summary>The nearest centroid of many vectors by squared Euclidean distance, 32 vectors at a time.</summary>
internal static unsafe class NearestCentroid
{
    private const int BlockRows = 64;

    /// <param name="vectors">(count, dimension)</param>
    /// <param name="count">How many vectors.</param>
    /// <param name="centroids">(clusters, dimension)</param>
    /// <param name="clusters">How many centroids.</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="labels">(count): of equal distances the lower.</param>
    /// <param name="squares">(count)</param>
    public static void Find(float* vectors, int count, float* centroids, int clusters, int dimension, Span<int> labels, Span<float> squares)
    {
        var packed = new NativeBlock<float>((long)dimension * TileKernel.Lanes);
        var sums = stackalloc float[BlockRows * TileKernel.Lanes];
        for (var first = 0; first < count; first += TileKernel.Lanes)
        {
            var lanes = Math.Min(TileKernel.Lanes, count - first);
            TileKernel.Pack(vectors + (long)first * dimension, lanes, dimension, packed.Pointer);
            squares.Slice(first, lanes).Fill(float.PositiveInfinity);
            labels.Slice(first, lanes).Clear();
            for (var start = 0; start < clusters; start += BlockRows)
            {
                var rows = Math.Min(BlockRows, clusters - start);
                TileKernel.Sums<SquaredDifference>(packed.Pointer, centroids + (long)start * dimension, dimension, rows, sums);
                for (var row = 0; row < rows; row++)
                    Keep(sums + row * TileKernel.Lanes, start + row, labels.Slice(first, lanes), squares.Slice(first, lanes));
            }
        }

        GC.KeepAlive(packed);
    }

    private static void Keep(float* sums, int centroid, Span<int> labels, Span<float> squares)
    {
        for (var lane = 0; lane < squares.Length; lane++)
        {
            if (sums[lane] < squares[lane])
                (squares[lane], labels[lane]) = (sums[lane], centroid);
        }
    }
}
