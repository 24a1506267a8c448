using Orrery.Ledger.Runs;
using Orrery.Ledger.Traces;
using Orrery.Monitoring.Monitors;
using Orrery.Pipelines;
using Orrery.Serving.Canaries;

namespace Orrery.Web.Parts;

/// <summary>How a state is to be felt; a class in the style sheet.</summary>
public enum Tone
{
    /// <summary>Nothing to say.</summary>
    Quiet,

    /// <summary>As it should be.</summary>
    Good,

    /// <summary>Something goes on.</summary>
    Busy,

    /// <summary>To be looked at.</summary>
    Warn,

    /// <summary>Failed.</summary>
    Bad,
}

/// <summary>The tone of the modules' states.</summary>
internal static class Tones
{
    public static string Class(this Tone tone) => tone.ToString().ToLowerInvariant();

    public static Tone Of(RunStatus status) => status switch
    {
        RunStatus.Running => Tone.Busy,
        RunStatus.Finished => Tone.Good,
        RunStatus.Failed => Tone.Bad,
        _ => Tone.Quiet,
    };

    public static Tone Of(TraceState state) => state switch
    {
        TraceState.InProgress => Tone.Busy,
        TraceState.Ok => Tone.Good,
        TraceState.Error => Tone.Bad,
        _ => Tone.Quiet,
    };

    public static Tone Of(StepStatus status) => status switch
    {
        StepStatus.Running => Tone.Busy,
        StepStatus.Succeeded => Tone.Good,
        StepStatus.Failed => Tone.Bad,
        StepStatus.Cancelled => Tone.Warn,
        _ => Tone.Quiet,
    };

    public static Tone Of(MonitorHealth health) => health switch
    {
        MonitorHealth.Healthy => Tone.Good,
        MonitorHealth.Drifting => Tone.Warn,
        MonitorHealth.Degraded => Tone.Bad,
        _ => Tone.Quiet,
    };

    public static Tone Of(CanaryState state) => state switch
    {
        CanaryState.Running => Tone.Busy,
        CanaryState.Promoted => Tone.Good,
        CanaryState.RolledBack => Tone.Bad,
        CanaryState.Undecided => Tone.Warn,
        _ => Tone.Quiet,
    };
}
