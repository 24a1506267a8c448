using System.Numerics;

namespace Orrery.Vectors.Binary;

/// <summary>
/// A rotated query in 4 bits a component, laid out in planes of bits, so that its product with a code of signs is a few population counts (arXiv:2405.12497 §3.3.2).
/// </summary>
internal readonly ref struct BinaryQuery
{
    private const int Planes = 4;
    private const int Steps = (1 << Planes) - 1;

    private readonly ReadOnlySpan<ulong> _planes;
    private readonly float _least;
    private readonly float _step;
    private readonly float _sum;

    /// <param name="rotated">(components)</param>
    /// <param name="planes">(components / 64, 4): room for the bits.</param>
    public BinaryQuery(ReadOnlySpan<float> rotated, Span<ulong> planes)
    {
        var (least, greatest, sum) = (float.PositiveInfinity, float.NegativeInfinity, 0f);
        foreach (var component in rotated)
        {
            least = Math.Min(least, component);
            greatest = Math.Max(greatest, component);
            sum += component;
        }

        // Equal components are all the least, whatever the step.
        _step = greatest > least ? (greatest - least) / Steps : 1;
        (_least, _sum) = (least, sum);
        planes.Clear();
        for (var i = 0; i < rotated.Length; i++)
        {
            var level = (ulong)Math.Clamp(MathF.Round((rotated[i] - least) / _step), 0, Steps);
            for (var plane = 0; plane < Planes; plane++)
                planes[i / 64 * Planes + plane] |= (level >> plane & 1) << i;
        }

        _planes = planes;
    }

    public static int PlaneWords(int components) => components / 64 * Planes;

    /// <summary>Σ ±qᵢ, with the signs of a code: about, as the query has 16 levels.</summary>
    public float SignedSum(ReadOnlySpan<ulong> code)
    {
        var (levels, ones) = (0, 0);
        for (var word = 0; word < code.Length; word++)
        {
            var (bits, planes) = (code[word], word * Planes);
            ones += BitOperations.PopCount(bits);
            levels += BitOperations.PopCount(bits & _planes[planes]) + 2 * BitOperations.PopCount(bits & _planes[planes + 1])
                + 4 * BitOperations.PopCount(bits & _planes[planes + 2]) + 8 * BitOperations.PopCount(bits & _planes[planes + 3]);
        }

        return 2 * (_least * ones + _step * levels) - _sum;
    }
}
