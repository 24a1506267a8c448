using Orrery.Kernel;
using Orrery.Language.Kernels;
using Orrery.Language.Kernels.Attention;

namespace Orrery.Language.Inference.Cache;

/// <summary>
/// Keys and values of 32 positions a page, for all layers and key-value heads: (layers, heads, keys transposed (headDimension, 32), values (32, headDimension)) in float32.
/// Pages are counted, since sequences with the same beginning share them; a page that nobody holds is used again. Not thread-safe.
/// </summary>
internal sealed unsafe class PagePool
{
    private readonly List<Page> _pages = [];
    private readonly Stack<int> _free = [];
    private readonly int _headFloats;
    private readonly int _heads;
    private readonly long _pageFloats;

    public PagePool(int layers, int heads, int headDimension, long mostBytes)
    {
        _heads = heads;
        _headFloats = 2 * headDimension * AttentionKernel.Page;
        _pageFloats = (long)layers * heads * _headFloats;
        Most = (int)Math.Clamp(mostBytes / PageBytes, 1, int.MaxValue);
    }

    public long PageBytes => _pageFloats * sizeof(float);

    /// <summary>How many pages there may be.</summary>
    public int Most { get; }

    public int Held => _pages.Count - _free.Count;

    public int Available => Most - Held;

    /// <summary>A page with one holder.</summary>
    /// <exception cref="UnavailableException">All are held.</exception>
    public int Take()
    {
        if (!_free.TryPop(out var index))
        {
            if (_pages.Count == Most)
                throw new UnavailableException($"All {Most} pages of the KV cache ({Most * PageBytes >> 20} MiB) are in use. End other generations, or open the model with a larger cache.");
            index = _pages.Count;
            _pages.Add(new(new NativeArray<float>(_pageFloats)));
        }

        _pages[index].Holders = 1;
        return index;
    }

    public void Share(int page) => _pages[page].Holders++;

    public bool IsShared(int page) => _pages[page].Holders > 1;

    public void Release(int page)
    {
        if (--_pages[page].Holders == 0)
            _free.Push(page);
    }

    public void Copy(int from, int to) => Buffer.MemoryCopy(_pages[from].Memory.Pointer, _pages[to].Memory.Pointer, PageBytes, PageBytes);

    /// <summary>(headDimension, 32)</summary>
    public float* Keys(int page, int layer, int head) => _pages[page].Memory.Pointer + ((long)layer * _heads + head) * _headFloats;

    /// <summary>(32, headDimension)</summary>
    public float* Values(int page, int layer, int head) => Keys(page, layer, head) + _headFloats / 2;

    private sealed class Page(NativeArray<float> memory)
    {
        public NativeArray<float> Memory { get; } = memory;

        public int Holders { get; set; }
    }
}
