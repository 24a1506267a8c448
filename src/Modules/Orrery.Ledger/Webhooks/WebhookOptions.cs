using System.ComponentModel.DataAnnotations;

namespace Orrery.Ledger.Webhooks;

/// <summary>Settings of webhooks, from the configuration section <c>Ledger:Webhooks</c>.</summary>
public sealed class WebhookOptions
{
    /// <summary>
    /// Whether a webhook may go to this machine or a private network, and without TLS. Default: no. Whoever may make webhooks could make the server
    /// reach what only the server can reach (SSRF); switch it on where everybody who may is trusted with that.
    /// </summary>
    public bool AllowPrivateAddresses { get; set; }

    /// <summary>How long a receiver may take to answer. Default 10 s. One second to five minutes.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>How often a delivery is tried before it is given up. Default 10: with the waits between, over about nine minutes. 1 to 20.</summary>
    [Range(1, 20)]
    public int MaxAttempts { get; set; } = 10;

    /// <summary>How long it waits after the first attempt; twice as long after each further one, at most an hour. Default 1 s. A tenth of a second to an hour.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "01:00:00")]
    public TimeSpan FirstWait { get; set; } = TimeSpan.FromSeconds(1);

    /// <summary>How long what became of a delivery can be looked up. Default 7 days. An hour to a year.</summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(7);
}
