namespace Orrery.Import;

/// <summary>What an import brought, and what it left behind. Not thread-safe.</summary>
public sealed class ImportReport : LeftBehind
{
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
}
