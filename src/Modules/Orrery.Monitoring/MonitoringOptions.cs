using System.ComponentModel.DataAnnotations;

namespace Orrery.Monitoring;

/// <summary>How this server monitors; section <c>Monitoring</c> of the configuration.</summary>
public sealed class MonitoringOptions
{
    /// <summary>A record may be so far ahead of the server's clock and still move event time on: time zones mistaken, not clocks gone mad.</summary>
    internal static readonly TimeSpan FutureTolerance = TimeSpan.FromDays(1);

    /// <summary>How long a prediction waits for its label, and a label for its prediction, in event time; 1 hour to 10 years. Default 90 days.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "3650.00:00:00")]
    public TimeSpan JoinRetention { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How often the server looks for new predictions and labels; 10 ms to 1 hour. Default 1 second.</summary>
    [Range(typeof(TimeSpan), "00:00:00.010", "01:00:00")]
    public TimeSpan PollInterval { get; set; } = TimeSpan.FromSeconds(1);
}
