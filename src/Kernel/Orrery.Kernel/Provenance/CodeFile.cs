namespace Orrery.Kernel.Provenance;

/// <summary>A file that says which code ran.</summary>
/// <param name="Path">Under which path a run keeps it: <c>environment/code.diff</c>.</param>
/// <param name="Content">All of it.</param>
/// <param name="MediaType">What it is.</param>
public sealed record CodeFile(string Path, byte[] Content, string MediaType)
{
    /// <summary>The folder of these files among a run's artifacts.</summary>
    public const string Folder = "environment";

    /// <summary>Larger files are left out: 1 MiB, a lock file of a few thousand packages.</summary>
    public const int MaxBytes = 1 << 20;
}
