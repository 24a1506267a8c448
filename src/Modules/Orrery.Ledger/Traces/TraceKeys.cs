namespace Orrery.Ledger.Traces;

/// <summary>Keys of tags, metadata and attributes that mean the same to all who trace with MLflow's conventions (mlflow/tracing/constant.py, 3.5).</summary>
public static class TraceKeys
{
    /// <summary>The tag that names a trace.</summary>
    public const string Name = "mlflow.traceName";

    /// <summary>The tag of a folder that says how long its traces are kept: <c>30d</c>, or <c>forever</c>.</summary>
    public const string Retention = "orrery.traces.retention";

    /// <summary>The metadata that names the run a trace came from.</summary>
    public const string Run = "mlflow.sourceRun";

    /// <summary>The metadata that names the logged model a trace came from.</summary>
    public const string Model = "mlflow.modelId";

    /// <summary>The metadata that names the conversation.</summary>
    public const string Session = "mlflow.trace.session";

    /// <summary>The metadata that names whom the application served.</summary>
    public const string User = "mlflow.trace.user";
}
