using Orrery.Ledger.Runs;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Runs;

/// <summary>MLflow's words for where a run stands.</summary>
internal static class RunStatuses
{
    public static string Word(RunStatus status) => status switch
    {
        RunStatus.Running => "RUNNING",
        RunStatus.Finished => "FINISHED",
        RunStatus.Failed => "FAILED",
        RunStatus.Scheduled => "SCHEDULED",
        _ => "KILLED",
    };

    public static RunStatus? Read(MlflowFields fields, string name)
    {
        if (!fields.Has(name))
            return null;
        return fields.Word(name).ToUpperInvariant() switch
        {
            "RUNNING" or "1" => RunStatus.Running,
            "SCHEDULED" or "2" => RunStatus.Scheduled,
            "FINISHED" or "3" => RunStatus.Finished,
            "FAILED" or "4" => RunStatus.Failed,
            "KILLED" or "5" => RunStatus.Cancelled,
            _ => throw fields.Wrong(name, "Valid values are RUNNING, SCHEDULED, FINISHED, FAILED, KILLED."),
        };
    }
}
