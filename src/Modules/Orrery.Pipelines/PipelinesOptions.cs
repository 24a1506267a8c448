using System.ComponentModel.DataAnnotations;

namespace Orrery.Pipelines;

/// <summary>Settings of the pipelines, from the configuration section <c>Pipelines</c>.</summary>
public sealed class PipelinesOptions
{
    /// <summary>Runs that this process works on at once, 0 to 64; 0 leaves them to other processes. Default 2: a training uses all cores by itself.</summary>
    [Range(0, 64)]
    public int Workers { get; set; } = 2;

    /// <summary>
    /// How long a run stays with a worker that says nothing; after that another takes it on. Default 15 s: after a <c>kill -9</c> a run goes on
    /// at the latest so much later. It is renewed three times within. One second to a day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);
}
