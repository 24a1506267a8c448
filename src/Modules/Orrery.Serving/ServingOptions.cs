using System.ComponentModel.DataAnnotations;

namespace Orrery.Serving;

/// <summary>Limits of serving; section <c>Serving</c> of the configuration.</summary>
public sealed class ServingOptions
{
    /// <summary>The longest ONNX model that is loaded, in bytes. Default 512 MiB; it is in memory twice while it loads.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxModelBytes { get; set; } = 512 << 20;

    /// <summary>The longest body of a prediction request, in bytes. Default 16 MiB.</summary>
    [Range(1024, int.MaxValue)]
    public int MaxRequestBytes { get; set; } = 16 << 20;

    /// <summary>The most rows in one request. Default 10,000.</summary>
    [Range(1, 1_000_000)]
    public int MaxRows { get; set; } = 10_000;

    /// <summary>
    /// Predictions that may wait to be written, per endpoint; when so many wait, requests wait too. Default 8,192: a quarter of a second at the fastest
    /// that two cores serve.
    /// </summary>
    [Range(16, 1_000_000)]
    public int LogQueue { get; set; } = 8192;
}
