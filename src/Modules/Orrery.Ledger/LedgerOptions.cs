namespace Orrery.Ledger;

/// <summary>Settings of the ledger, from the configuration section <c>Ledger</c>.</summary>
public sealed class LedgerOptions
{
    /// <summary>A folder inside the git checkout whose commit is recorded with each run. Default: the folder that the process was started in.</summary>
    public string CodeFolder { get; set; } = Environment.CurrentDirectory;
}
