namespace Orrery.Import.Vectors;

/// <summary>What an import of vectors brought, and what it left behind. Not thread-safe.</summary>
public sealed class VectorImportReport : LeftBehind
{
    /// <summary>Collections.</summary>
    public long Collections { get; internal set; }

    /// <summary>Points.</summary>
    public long Points { get; internal set; }

    /// <summary>Indexes of payload fields.</summary>
    public long Indexes { get; internal set; }

    /// <summary>Aliases.</summary>
    public long Aliases { get; internal set; }
}
