using System.ComponentModel.DataAnnotations;

namespace Orrery.Search.Snapshots;

/// <summary>Settings of snapshots, from the configuration section <c>Search:Snapshots</c>.</summary>
public sealed class SnapshotOptions
{
    /// <summary>
    /// Whether a snapshot may be fetched from this machine or a private network, and without TLS. Default: no. Whoever may restore could make the server reach what only the
    /// server can reach (SSRF); switch it on where everybody who may is trusted with that.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>The longest snapshot that is fetched, in bytes. Default 64 GiB. At least 1 MiB.</summary>
    [Range(1L << 20, long.MaxValue)]
    public long MaxFetchedBytes { get; set; } = 64L << 30;

    /// <summary>How long the other side may take until it begins to answer. Default 30 s. One second to ten minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:10:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(30);
}
