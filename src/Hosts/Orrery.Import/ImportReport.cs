namespace Orrery.Import;

/// <summary>What an import brought, and what it left behind. Not thread-safe.</summary>
public sealed class ImportReport
{
    private readonly SortedDictionary<string, long> _left = new(StringComparer.Ordinal);

    /// <summary>Runs that were brought, or completed.</summary>
    public long Runs { get; internal set; }

    /// <summary>Runs that an earlier import had brought whole.</summary>
    public long RunsThere { get; internal set; }

    /// <summary>Runs whose record has no end; they stay open, and a later import goes on with them.</summary>
    public long RunsOpen { get; internal set; }

    /// <summary>Parameters.</summary>
    public long Parameters { get; internal set; }

    /// <summary>Metric points.</summary>
    public long Points { get; internal set; }

    /// <summary>Files.</summary>
    public long Artifacts { get; internal set; }

    /// <summary>Registered models that are there now.</summary>
    public long Models { get; internal set; }

    /// <summary>Versions of them that were brought.</summary>
    public long Versions { get; internal set; }

    /// <summary>Datasets that runs say they read.</summary>
    public long Datasets { get; internal set; }

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
