using System.ComponentModel.DataAnnotations;

namespace Orrery.Ledger;

/// <summary>Settings of the ledger, from the configuration section <c>Ledger</c>.</summary>
public sealed class LedgerOptions
{
    /// <summary>The root that is this server itself.</summary>
    public const string OwnArtifacts = "mlflow-artifacts:";

    /// <summary>A folder inside the git checkout whose commit is recorded with each run. Default: the folder that the process was started in.</summary>
    public string CodeFolder { get; set; } = Environment.CurrentDirectory;

    /// <summary>
    /// How long a run that this server works on counts as alive without a word from its process; after that it has failed. Default 15 s: so much
    /// later at most a run that a <c>kill -9</c> ended is said to have failed. Renewed three times within. One second to a day.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan RunLease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How long traces are kept, by when they began; a folder's tag <c>orrery.traces.retention</c> says otherwise for its own. Default: for ever. A minute at least.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "36500.00:00:00")]
    public TimeSpan? TraceRetention { get; set; }

    /// <summary>
    /// Below what URI clients that keep artifacts by URI put those of a new folder's runs. Default <c>mlflow-artifacts:</c>, this server itself; a
    /// <c>file:</c>, <c>s3:</c> … URI makes them write there, past this server.
    /// </summary>
    [Required]
    public string ArtifactRoot { get; set; } = OwnArtifacts;
}
