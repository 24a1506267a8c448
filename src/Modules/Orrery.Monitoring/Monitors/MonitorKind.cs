using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Json;
using Orrery.Ledger.Resources;
using Orrery.Platform.Access;

namespace Orrery.Monitoring.Monitors;

/// <summary>The resource <c>kind: Monitor</c>.</summary>
internal sealed class MonitorKind(WatchedEndpoints watched) : ResourceKind<MonitorSpec>(AssetKind.Monitor)
{
    private static readonly TimeSpan Longest = TimeSpan.FromDays(366);

    protected override IEnumerable<AssetRef> References(MonitorSpec spec)
    {
        if (AssetRef.IsName(spec.Endpoint))
            yield return new(AssetKind.Endpoint, spec.Endpoint);
        if (spec.Reference is { } reference)
            yield return reference;
    }

    protected override IReadOnlyDictionary<string, string> Validate(string name, MonitorSpec spec)
    {
        var errors = new Dictionary<string, string>();
        if (!AssetRef.IsName(spec.Endpoint))
            errors["endpoint"] = $"'{spec.Endpoint}' cannot be the name of an endpoint.";
        if (spec.Reference is { } reference && reference.Kind != AssetKind.Dataset)
            errors["reference"] = $"A window is compared with a dataset, such as dataset/flights-training:3; got '{reference}'.";
        Within(errors, "window", spec.WindowLength, TimeSpan.FromMinutes(1), Longest);
        Within(errors, "lateness", spec.AllowedLateness, TimeSpan.Zero, Longest);
        Within(errors, "labels/wait", spec.LabelWait, TimeSpan.Zero, Longest);
        Within(errors, "alerts/cooldown", spec.AlertRules.CooldownTime, TimeSpan.Zero, TimeSpan.FromDays(3660));
        Within(errors, "alerts/consecutive", spec.AlertRules.Consecutive, 1, 100);
        Drift(errors, spec.DriftRules);
        Performance(errors, spec.PerformanceRules);
        return errors;
    }

    protected override Task AppliedAsync(Caller caller, AssetVersion version, MonitorSpec spec, CancellationToken cancellationToken)
    {
        watched.Monitor(spec.Endpoint);
        return Task.CompletedTask;
    }

    private static void Drift(Dictionary<string, string> errors, DriftSpec spec)
    {
        if (spec.Features?.Names is { } names && (names.Count == 0 || names.Any(string.IsNullOrWhiteSpace) || names.Distinct(StringComparer.Ordinal).Count() != names.Count))
            errors["drift/features"] = "Expected 'all' or a list of feature names, each once.";
        Threshold(errors, "drift/numeric/threshold", spec.NumericMethod);
        Threshold(errors, "drift/categorical/threshold", spec.CategoricalMethod);
        if (spec.CategoricalMethod.Method is DriftMethod.Ks or DriftMethod.Wasserstein)
            errors["drift/categorical/method"] = $"{spec.CategoricalMethod.Method} needs an order, which categories lack; take psi, jensenShannon, chi2 or hellinger.";
        Within(errors, "drift/bins", spec.Bins, 2, 200);
        Share(errors, "drift/alpha", spec.Alpha);
        Within(errors, "drift/minSample", spec.MinSample, 1, int.MaxValue);
        Within(errors, "drift/minFeatures", spec.MinFeatures, 1, int.MaxValue);
    }

    private static void Performance(Dictionary<string, string> errors, PerformanceSpec spec)
    {
        if (spec.Measured.Count == 0 || spec.Measured.Distinct().Count() != spec.Measured.Count)
            errors["performance/metrics"] = "Expected at least one metric, each once.";
        Within(errors, "performance/minLabels", spec.MinLabels, 2, int.MaxValue);
        Share(errors, "performance/confidence", spec.Confidence);
        for (var i = 0; i < spec.Rules?.Count; i++)
        {
            var (rule, path) = (spec.Rules[i], FormattableString.Invariant($"performance/rules/{i}"));
            double?[] bounds = [rule.WorseBy, rule.WorseByShare, rule.Limit];
            if (!spec.Measured.Contains(rule.Metric))
                errors[$"{path}/metric"] = $"{rule.Metric} is not among the metrics that are measured.";
            else if (spec.Rules.Take(i).Any(r => r.Metric == rule.Metric))
                errors[$"{path}/metric"] = $"There is a rule about {rule.Metric} already.";
            if (bounds.Count(b => b is not null) != 1)
                errors[path] = "Expected exactly one of worseBy, worseByShare and limit.";
            else if (bounds.OfType<double>().Any(b => !double.IsFinite(b)) || rule.WorseBy <= 0 || rule.WorseByShare <= 0)
                errors[path] = "Expected a finite number; worseBy and worseByShare above 0.";
        }
    }

    private static void Threshold(Dictionary<string, string> errors, string path, DriftMethodSpec method)
    {
        if (!(method.Limit > 0) || !double.IsFinite(method.Limit))
            errors[path] = "Expected a finite number above 0.";
    }

    private static void Share(Dictionary<string, string> errors, string path, double value)
    {
        if (value is not (> 0 and < 1))
            errors[path] = FormattableString.Invariant($"Expected a share between 0 and 1, got {value}.");
    }

    private static void Within(Dictionary<string, string> errors, string path, int value, int least, int most)
    {
        if (value < least || value > most)
            errors[path] = FormattableString.Invariant($"Expected {least} to {most}, got {value}.");
    }

    private static void Within(Dictionary<string, string> errors, string path, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
            errors[path] = $"Expected {Durations.Format(least)} to {Durations.Format(most)}, got {Durations.Format(value)}.";
    }
}
