using Orrery.Language.Kernels;

namespace Orrery.Language.Adapters;

/// <summary>What is added to one product: B (A x), the scale within A.</summary>
/// <param name="A">(rank, columns)</param>
/// <param name="B">(rows, rank)</param>
/// <param name="Rank">How many directions.</param>
/// <param name="Columns">Length of x.</param>
/// <param name="Rows">Length of what is added.</param>
internal sealed unsafe record LoraFactors(NativeArray<float> A, NativeArray<float> B, int Rank, int Columns, int Rows)
{
    public const int MostRank = 1024;

    public void Add(float* x, float* output)
    {
        var directions = stackalloc float[Rank];
        for (var i = 0; i < Rank; i++)
            directions[i] = Elementwise.Dot(A.Pointer + (long)i * Columns, x, Columns);
        for (var row = 0; row < Rows; row++)
            output[row] += Elementwise.Dot(B.Pointer + (long)row * Rank, directions, Rank);
    }
}
