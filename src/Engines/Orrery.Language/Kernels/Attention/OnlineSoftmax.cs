using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Kernels.Attention;

/// <summary>
/// Softmax over scores that come a page at a time (arXiv 1805.02867, algorithm 3): the greatest score so far and the sum of exponentials relative to it. A greater one
/// shrinks what was gathered.
/// </summary>
internal unsafe struct OnlineSoftmax
{
    private float _greatest;
    private float _sum;

    public static OnlineSoftmax Start => new() { _greatest = float.NegativeInfinity };

    public readonly float Sum => _sum;

    /// <summary>Turns the scores of a page into weights, of which those outside of [first, end) are 0; gives the factor for what was gathered before.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public float Take(float* scores, int first, int end, float scale)
    {
        var places = Vector512<int>.Indices;
        var (low, high) = (Vector512.Load(scores) * scale, Vector512.Load(scores + 16) * scale);
        var least = Vector512.Create(float.NegativeInfinity);
        var (from, to) = (Vector512.Create(first), Vector512.Create(end));
        low = Vector512.ConditionalSelect((Vector512.GreaterThanOrEqual(places, from) & Vector512.LessThan(places, to)).AsSingle(), low, least);
        places += Vector512.Create(16);
        high = Vector512.ConditionalSelect((Vector512.GreaterThanOrEqual(places, from) & Vector512.LessThan(places, to)).AsSingle(), high, least);

        var both = Vector512.Max(low, high);
        var eight = Vector256.Max(both.GetLower(), both.GetUpper());
        var four = Vector128.Max(eight.GetLower(), eight.GetUpper());
        var greatest = MathF.Max(_greatest, MathF.Max(MathF.Max(four[0], four[1]), MathF.Max(four[2], four[3])));
        if (!(greatest > float.NegativeInfinity))
        {
            new Span<float>(scores, AttentionKernel.Page).Clear();
            return 1;
        }

        low = Vector512.Exp(low - Vector512.Create(greatest));
        high = Vector512.Exp(high - Vector512.Create(greatest));
        low.Store(scores);
        high.Store(scores + 16);
        var keep = MathF.Exp(_greatest - greatest);
        _sum = _sum * keep + Vector512.Sum(low + high);
        _greatest = greatest;
        return keep;
    }
}
