namespace Orrery.Statistics.Histograms;

/// <summary>
/// Counts of a categorical column over a fixed vocabulary, with cells for every other category and for missing. Mergeable by addition where the
/// vocabularies are equal. Memory is bounded by the vocabulary whatever comes. Not thread-safe.
/// </summary>
public sealed class CategoryHistogram
{
    private readonly string[] _categories;
    private readonly Dictionary<string, int> _index;

    // cells: [category 0 … n−1, other, missing]
    private readonly long[] _cells;

    /// <summary>An empty histogram.</summary>
    /// <param name="categories">The vocabulary, each once; compared ordinally.</param>
    /// <exception cref="ArgumentException">A category comes twice.</exception>
    public CategoryHistogram(IEnumerable<string> categories)
    {
        ArgumentNullException.ThrowIfNull(categories);
        _categories = [.. categories];
        _index = new Dictionary<string, int>(_categories.Length, StringComparer.Ordinal);
        for (var i = 0; i < _categories.Length; i++)
            if (!_index.TryAdd(_categories[i], i))
                throw new ArgumentException($"The category '{_categories[i]}' comes twice.", nameof(categories));
        _cells = new long[_categories.Length + 2];
    }

    /// <summary>The vocabulary, in the cells' order.</summary>
    public IReadOnlyList<string> Categories => _categories;

    /// <summary>Every cell: the categories, other, missing.</summary>
    public ReadOnlySpan<long> Cells => _cells;

    /// <summary>Rows whose category is not in the vocabulary: new ones, as a monitor sees it.</summary>
    public long Other => _cells[^2];

    /// <summary>Rows without a category.</summary>
    public long Missing => _cells[^1];

    /// <summary>All rows.</summary>
    public long Total
    {
        get
        {
            var total = 0L;
            foreach (var cell in _cells)
                total += cell;
            return total;
        }
    }

    /// <summary>A histogram from what <see cref="Cells"/> gave.</summary>
    public static CategoryHistogram FromCells(IEnumerable<string> categories, ReadOnlySpan<long> cells)
    {
        var histogram = new CategoryHistogram(categories);
        if (cells.Length != histogram._cells.Length)
            throw new ArgumentException($"Expected {histogram._cells.Length} cells (the categories, other, missing); got {cells.Length}.", nameof(cells));
        foreach (var cell in cells)
            ArgumentOutOfRangeException.ThrowIfNegative(cell, nameof(cells));
        cells.CopyTo(histogram._cells);
        return histogram;
    }

    /// <summary>Counts one value; null is missing. O(1).</summary>
    public void Add(string? category, long times = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(times);
        var cell = category is null ? _cells.Length - 1 : _index.TryGetValue(category, out var i) ? i : _cells.Length - 2;
        _cells[cell] += times;
    }

    /// <summary>Adds the other's counts to this one's.</summary>
    /// <exception cref="ArgumentException">Its vocabulary differs, in content or order.</exception>
    public void Merge(CategoryHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (!HasSameVocabulary(other))
            throw new ArgumentException("Only histograms over the same vocabulary can be merged; build both from the reference window's.", nameof(other));
        for (var i = 0; i < _cells.Length; i++)
            _cells[i] += other._cells[i];
    }

    internal bool HasSameVocabulary(CategoryHistogram other) => _categories.AsSpan().SequenceEqual(other._categories);
}
