using Orrery.Language.Adapters;
using Orrery.Language.Kernels.Attention;

namespace Orrery.Language.Inference.Cache;

/// <summary>The keys and values of one sequence's first <see cref="Length"/> positions.</summary>
internal sealed class CachedSequence(PagePool pool)
{
    private readonly List<int> _pages = [];

    public int Length { get; private set; }

    /// <summary>What changes the model for this sequence; null for nothing.</summary>
    public LoraAdapter? Adapter { get; init; }

    public PagePool Pool => pool;

    public IReadOnlyList<int> Pages => _pages;

    public int PageOf(int position) => _pages[position / AttentionKernel.Page];

    /// <summary>How many new pages so many more positions take.</summary>
    public int PagesFor(int positions) => (Length + positions + AttentionKernel.Page - 1) / AttentionKernel.Page - _pages.Count;

    /// <summary>Makes room for more positions, whose keys and values are written next.</summary>
    public void Extend(int positions)
    {
        // A shared page that is not full yet gets a copy: what follows here is not what follows there.
        if (Length % AttentionKernel.Page != 0 && positions > 0 && pool.IsShared(_pages[^1]))
        {
            var copy = pool.Take();
            pool.Copy(_pages[^1], copy);
            pool.Release(_pages[^1]);
            _pages[^1] = copy;
        }

        for (var more = PagesFor(positions); more > 0; more--)
            _pages.Add(pool.Take());
        Length += positions;
    }

    /// <summary>Forgets all positions from <paramref name="length"/> on.</summary>
    public void Truncate(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(length, Length);
        var keep = (length + AttentionKernel.Page - 1) / AttentionKernel.Page;
        for (var i = _pages.Count - 1; i >= keep; i--)
        {
            pool.Release(_pages[i]);
            _pages.RemoveAt(i);
        }

        Length = length;
    }

    /// <summary>Begins with a full page that another sequence wrote.</summary>
    public void Adopt(int page)
    {
        pool.Share(page);
        _pages.Add(page);
        Length += AttentionKernel.Page;
    }
}
