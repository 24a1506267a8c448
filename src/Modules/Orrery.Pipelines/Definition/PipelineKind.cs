using System.Globalization;
using System.Text.Json;
using Cronos;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Resources;
using Orrery.Pipelines.Steps;
using Orrery.Pipelines.Triggers;
using Orrery.Platform.Access;
using Orrery.Platform.Signals;

namespace Orrery.Pipelines.Definition;

/// <summary><c>kind: Pipeline</c>.</summary>
internal sealed class PipelineKind(StepKinds kinds, PipelineRegistry registry, Subscriptions subscriptions) : ResourceKind<PipelineSpec>(AssetKind.Pipeline)
{
    private const int MaxSteps = 500;
    private const int MaxParallelSteps = 64;
    private const int MaxAttempts = 20;
    private static readonly string[] ScheduleNames = ["schedule.time", "schedule.date"];

    protected override IReadOnlyDictionary<string, string> Validate(string name, PipelineSpec spec)
    {
        var errors = new Dictionary<string, string>();
        if (spec.Steps.Count is 0 or > MaxSteps)
            errors["steps"] = $"a pipeline has 1 to {MaxSteps} steps";
        if (spec.MaxParallel is < 1 or > MaxParallelSteps)
            errors["maxParallel"] = $"1 to {MaxParallelSteps}";
        foreach (var (parameter, value) in spec.Parameters ?? new Dictionary<string, JsonElement>())
        {
            if (!IsName(parameter))
                errors[$"parameters/{parameter}"] = $"'{parameter}' cannot name a parameter: letters, digits, - and _";
            else if (!IsScalar(value))
                errors[$"parameters/{parameter}"] = "a default is text, a number, true or false";
        }

        CheckSteps(spec, errors);
        CheckSchedule(spec, errors);
        CheckSignal(spec, errors);
        if (errors.Count == 0)
            PipelinePlan.Make(spec, spec.Parameters ?? new Dictionary<string, JsonElement>(), kinds, errors);
        return errors;
    }

    protected override async Task AppliedAsync(Caller caller, AssetVersion version, PipelineSpec spec, CancellationToken cancellationToken)
    {
        await subscriptions.EnsureAsync(caller.Workspace, version.Name, spec, cancellationToken);
        registry.Set(caller.Workspace, version.Name, spec);
    }

    private static void CheckSteps(PipelineSpec spec, Dictionary<string, string> errors)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Steps.Count; i++)
        {
            var (step, at) = (spec.Steps[i], string.Create(CultureInfo.InvariantCulture, $"steps/{i}"));
            if (!IsName(step.Name) || step.Name == "params")
                errors[$"{at}/name"] = $"'{step.Name}' cannot name a step: letters, digits, - and _, and not 'params'";
            else if (!names.Add(step.Name))
                errors[$"{at}/name"] = $"the step '{step.Name}' is there twice";
            if (step.With is { ValueKind: not JsonValueKind.Object })
                errors[$"{at}/with"] = "expected a mapping of keys";
            if (step.Retries is { Attempts: < 1 or > MaxAttempts })
                errors[$"{at}/retries/attempts"] = $"1 to {MaxAttempts}";
            if (step.Retries?.Backoff is { } backoff && (backoff < TimeSpan.Zero || backoff > RetrySpec.LongestBackoff))
                errors[$"{at}/retries/backoff"] = "0s to 1h";
            if (step.Timeout is { } timeout && (timeout <= TimeSpan.Zero || timeout > TimeSpan.FromDays(30)))
                errors[$"{at}/timeout"] = "more than 0s, at most 30d";
        }
    }

    private static void CheckSchedule(PipelineSpec spec, Dictionary<string, string> errors)
    {
        if (spec.Schedule is not { } schedule)
            return;
        try
        {
            Cron.Parse(schedule.Cron);
        }
        catch (CronFormatException error)
        {
            errors["schedule/cron"] = $"'{schedule.Cron}' is no cron expression: {error.Message.TrimEnd('.')}";
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(schedule.TimeZone, out _))
            errors["schedule/timeZone"] = $"'{schedule.TimeZone}' is no time zone of this system; write it like Europe/Berlin";
        CheckGiven(spec, schedule.Parameters, "schedule/parameters", ScheduleNames.Contains, errors);
    }

    private static void CheckSignal(PipelineSpec spec, Dictionary<string, string> errors)
    {
        if (spec.Trigger?.On is not { } on)
            return;
        var known = on.Signal == AlertStream.Name ? AlertStream.Schema.Columns.Select(column => column.Name).ToArray() : null;
        var where = on.Where ?? new Dictionary<string, JsonElement>();
        foreach (var (column, value) in where.Where(condition => !IsScalar(condition.Value)))
            errors[$"trigger/on/where/{column}"] = $"expected text, a number, true or false, got {value.ValueKind}";
        foreach (var column in where.Keys.Where(column => known is not null && !known.Contains(column)))
        {
            errors[$"trigger/on/where/{column}"] = NearestName.Of(column, known!) is { } nearest
                ? $"the stream has no column '{column}'; did you mean '{nearest}'?"
                : $"the stream has no column '{column}'; it has {string.Join(", ", known!)}";
        }

        CheckGiven(spec, on.Parameters, "trigger/on/parameters", name => name.StartsWith("signal.", StringComparison.Ordinal) && (known is null || known.Contains(name["signal.".Length..])), errors);
    }

    private static void CheckGiven(
        PipelineSpec spec, IReadOnlyDictionary<string, JsonElement>? given, string at, Func<string, bool> known, Dictionary<string, string> errors)
    {
        foreach (var (name, value) in given ?? new Dictionary<string, JsonElement>())
        {
            if (spec.Parameters?.ContainsKey(name) != true)
                errors[$"{at}/{name}"] = $"the pipeline has no parameter '{name}'";
            else if (Placeholders.Unknown(Placeholders.Text(value), known).FirstOrDefault() is { } unknown)
                errors[$"{at}/{name}"] = $"'${{{unknown}}}' is unknown here";
            else if (!IsScalar(value))
                errors[$"{at}/{name}"] = "a parameter is text, a number, true or false";
        }
    }

    private static bool IsScalar(JsonElement value) => value.ValueKind is JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False;

    private static bool IsName(string name) => name.Length is > 0 and <= 64 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
}
