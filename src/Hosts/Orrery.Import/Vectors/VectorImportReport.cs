namespace Orrery.Import.Vectors;

/// <summary>What an import of vectors brought, and what it left behind. Not thread-safe.</summary>
public sealed class VectorImportReport
{
    private readonly SortedDictionary<string, long> _left = new(StringComparer.Ordinal);

    /// <summary>Collections.</summary>
    public long Collections { get; internal set; }

    /// <summary>Points.</summary>
    public long Points { get; internal set; }

    /// <summary>Indexes of payload fields.</summary>
    public long Indexes { get; internal set; }

    /// <summary>Aliases.</summary>
    public long Aliases { get; internal set; }

    /// <summary>What had no counterpart, and how often: in the words of the system it came from.</summary>
    public IReadOnlyDictionary<string, long> Left => _left;

    /// <summary>Notes something that has no counterpart here.</summary>
    public void Leave(string what, long count = 1)
    {
        ArgumentException.ThrowIfNullOrEmpty(what);
        if (count > 0)
            _left[what] = _left.GetValueOrDefault(what) + count;
    }
}
