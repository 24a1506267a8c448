using Orrery.Kernel;

namespace Orrery.Search.Snapshots;

/// <summary>What the reader and the writer of snapshots share.</summary>
internal static class SnapshotFormat
{
    public const int Version = 1;

    public static ReadOnlySpan<byte> Magic => "ORRYSNAP"u8;

    public static InvalidException Broken(string what) => new($"The snapshot {what}. Nothing was changed; take the whole file as it was downloaded.");
}
