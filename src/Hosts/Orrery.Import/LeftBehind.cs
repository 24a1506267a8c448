namespace Orrery.Import;

/// <summary>What an import found no counterpart for. Not thread-safe.</summary>
public abstract class LeftBehind
{
    private readonly SortedDictionary<string, long> _left = new(StringComparer.Ordinal);

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
