using Orrery.Ledger.Folders;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Experiments;

/// <summary>MLflow's lifecycle stages, and its view types that choose among them.</summary>
internal static class ViewTypes
{
    public static string Word(Lifecycle stage) => stage == Lifecycle.Active ? "active" : "deleted";

    /// <summary>The wanted stage, null for both; an enum of proto3 comes by its name or its number.</summary>
    public static Lifecycle? Read(MlflowFields fields, string name)
    {
        if (!fields.Has(name))
            return Lifecycle.Active;
        return fields.Word(name).ToUpperInvariant() switch
        {
            "ACTIVE_ONLY" or "1" => Lifecycle.Active,
            "DELETED_ONLY" or "2" => Lifecycle.Deleted,
            "ALL" or "3" => null,
            _ => throw fields.Wrong(name, "Valid values are ACTIVE_ONLY, DELETED_ONLY, ALL."),
        };
    }
}
