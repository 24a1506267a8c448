using Orrery.Language.Kernels.Attention;

namespace Orrery.Language.Inference.Cache;

/// <summary>Writes the keys and values of one position, (heads, headDimension) each, to its place in a page.</summary>
internal static unsafe class KeyValuePlacement
{
    public static void Store(CachedSequence sequence, int layer, int position, int heads, int headDimension, float* key, float* value)
    {
        var page = sequence.PageOf(position);
        var row = position % AttentionKernel.Page;
        for (var head = 0; head < heads; head++, key += headDimension, value += headDimension)
        {
            var keys = sequence.Pool.Keys(page, layer, head) + row;
            for (var i = 0; i < headDimension; i++)
                keys[i * AttentionKernel.Page] = key[i];
            new Span<float>(value, headDimension).CopyTo(new(sequence.Pool.Values(page, layer, head) + row * headDimension, headDimension));
        }
    }
}
