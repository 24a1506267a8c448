using Orrery.Ledger.Assets;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.Models;

/// <summary>MLflow's stages by their names. Source: mlflow/entities/model_registry/model_version_stages.py (3.5).</summary>
internal static class ModelStages
{
    public static readonly IReadOnlyList<VersionStage> All = Enum.GetValues<VersionStage>();

    /// <summary>The stage, in any case.</summary>
    public static VersionStage Read(string text) => Find(text)
        ?? throw MlflowException.Invalid($"Invalid Model Version stage: {text}. Value must be one of None, Staging, Production, Archived.");

    public static VersionStage? Find(string text)
    {
        foreach (var stage in All)
        {
            if (stage.ToString().Equals(text, StringComparison.OrdinalIgnoreCase))
                return stage;
        }

        return null;
    }
}
