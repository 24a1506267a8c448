using Orrery.Language.Inference.Cache;
using Orrery.Language.Kernels.Attention;

namespace Orrery.Language.Models;

/// <summary>Queries of a layer, as they go into attention, and the keys that they meet; for who wants to see the scores. One sequence from its start.</summary>
internal sealed unsafe class AttentionInput(int layer, ModelConfiguration shape, float* queries, CachedSequence sequence)
{
    public int Layer => layer;

    public int Window => shape.WindowOf(layer);

    /// <summary>The score of a query head at a position for another position.</summary>
    public double Score(int head, int from, int to)
    {
        var query = queries + ((long)from * shape.HeadCount + head) * shape.HeadDimension;
        var keys = sequence.Pool.Keys(sequence.PageOf(to), layer, head / (shape.HeadCount / shape.KeyValueHeadCount)) + to % AttentionKernel.Page;
        var sum = 0.0;
        for (var i = 0; i < shape.HeadDimension; i++)
            sum += (double)query[i] * keys[i * AttentionKernel.Page];
        sum *= shape.AttentionScale;
        return shape.AttentionCap == 0 ? sum : shape.AttentionCap * Math.Tanh(sum / shape.AttentionCap);
    }
}
