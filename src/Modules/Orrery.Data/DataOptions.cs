using System.ComponentModel.DataAnnotations;

namespace Orrery.Data;

/// <summary>Limits of this module; section <c>Data</c> of the configuration.</summary>
public sealed class DataOptions
{
    /// <summary>The longest file that is taken, in bytes. Default 8 GiB.</summary>
    [Range(1, 1L << 44)]
    public long MaxUploadBytes { get; set; } = 8L << 30;

    /// <summary>The longest record of a text file, in bytes; a longer one goes to quarantine. 1 KiB to 512 MiB, default 16 MiB.</summary>
    /// <remarks>A reader holds one record in memory.</remarks>
    [Range(1 << 10, 512 << 20)]
    public int MaxRecordBytes { get; set; } = 16 << 20;

    /// <summary>The most columns of a file. Default 4,096.</summary>
    [Range(1, 100_000)]
    public int MaxColumns { get; set; } = 4096;

    /// <summary>The share of bad rows above which a file is refused whole, where its source does not say. Default 5 %.</summary>
    [Range(0.0, 1.0)]
    public double MaxBadShare { get; set; } = 0.05;

    /// <summary>How long one ingestion or validation may take, its upload included. One second to a day, default 30 minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan TimeLimit { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>Memory for one session that evaluates users' expressions, in MiB; it spills beyond. Default 1,024.</summary>
    [Range(128, 1 << 20)]
    public int SandboxMemoryMiB { get; set; } = 1024;

    /// <summary>Folders below which pipeline steps may read files. Default: none.</summary>
    public IList<string> FileRoots { get; } = [];
}
