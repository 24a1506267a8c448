using System.Text.Json;

namespace Orrery.Pipelines.Definition;

/// <summary>The declaration of a pipeline (<c>kind: Pipeline</c>): a DAG of steps.</summary>
/// <param name="Steps">The steps; their order comes from <c>after</c>, <c>inputs</c> and <c>when</c>, not from where they stand.</param>
/// <param name="Parameters">Names and defaults (text, number, true or false); <c>${params.NAME}</c> in a step's <c>with</c> stands for the value.</param>
/// <param name="Schedule">When it runs by itself.</param>
/// <param name="Trigger">What else makes it run by itself.</param>
/// <param name="MaxParallel">How many steps of a run may run at once, 1 to 64.</param>
/// <param name="Description">What it is for.</param>
public sealed record PipelineSpec(
    IReadOnlyList<StepSpec> Steps, IReadOnlyDictionary<string, JsonElement>? Parameters = null, ScheduleSpec? Schedule = null, TriggerSpec? Trigger = null,
    int MaxParallel = 4, string? Description = null);

/// <summary>One step.</summary>
/// <param name="Name">Its name: letters, digits, <c>-</c> and <c>_</c>.</param>
/// <param name="Uses">The kind of step: <c>train</c> …</param>
/// <param name="With">What the kind is to do.</param>
/// <param name="After">Steps that must have succeeded before.</param>
/// <param name="Inputs">Asset versions by the name the kind knows them by: <c>STEP.OUTPUT</c>, or a reference such as <c>dataset/flights</c> that is looked up when the step begins.</param>
/// <param name="Retries">What happens when it fails.</param>
/// <param name="When">A condition on facts of earlier steps and on parameters, such as <c>gate.passed and train.test.auc &gt; 0.7</c>; the step is skipped where it does not hold.</param>
/// <param name="Timeout">How long one attempt may take.</param>
public sealed record StepSpec(
    string Name, string Uses, JsonElement? With = null, IReadOnlyList<string>? After = null, IReadOnlyDictionary<string, string>? Inputs = null,
    RetrySpec? Retries = null, string? When = null, TimeSpan? Timeout = null);

/// <summary>How often a failing step is tried. What cannot get better by itself (a wrong input, a missing right) is not tried again.</summary>
/// <param name="Attempts">Attempts in all, 1 to 20.</param>
/// <param name="Backoff">The wait after the first failure; it doubles each time, up to an hour, and varies by up to a quarter.</param>
public sealed record RetrySpec(int Attempts = 3, TimeSpan? Backoff = null)
{
    /// <summary>The wait where nobody says.</summary>
    public static readonly TimeSpan DefaultBackoff = TimeSpan.FromSeconds(1);

    /// <summary>The longest wait.</summary>
    public static readonly TimeSpan LongestBackoff = TimeSpan.FromHours(1);
}

/// <summary>When a pipeline runs by itself. Times that were missed while the server was down are made up for by one run, for the last of them.</summary>
/// <param name="Cron">Five fields: minute, hour, day of month, month, day of week (six where seconds come first).</param>
/// <param name="TimeZone">An IANA time zone; UTC where nobody says. Daylight saving neither skips nor doubles a run.</param>
/// <param name="Parameters">Parameters of those runs; <c>${schedule.time}</c> and <c>${schedule.date}</c> stand for the planned time and day.</param>
public sealed record ScheduleSpec(string Cron, string TimeZone = "UTC", IReadOnlyDictionary<string, JsonElement>? Parameters = null);

/// <summary>What makes a pipeline run by itself beside its schedule.</summary>
/// <param name="On">The signal that does.</param>
public sealed record TriggerSpec(SignalSpec On);

/// <summary>
/// The signal upon which a pipeline runs by itself. Each record that fits starts one run, unless a run that a signal started is still going or
/// began less than <paramref name="Cooldown"/> ago: ten alerts about one thing are one reason to retrain.
/// </summary>
/// <param name="Signal">The stream: <c>alerts</c>.</param>
/// <param name="Where">Columns and the values (text, numbers, true or false) that they must have; all of them.</param>
/// <param name="Parameters">Parameters of those runs; <c>${signal.COLUMN}</c> stands for the record's value.</param>
/// <param name="Cooldown">How long after a run the next may begin.</param>
public sealed record SignalSpec(
    string Signal, IReadOnlyDictionary<string, JsonElement>? Where = null, IReadOnlyDictionary<string, JsonElement>? Parameters = null, TimeSpan? Cooldown = null);
