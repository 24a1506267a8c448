using System.Globalization;

namespace Orrery.Ledger.Gates;

/// <summary>Judges evidence by rules: pure computing, so that the same evidence always gets the same verdict and sentence.</summary>
internal static class GateJudge
{
    public static IReadOnlyList<GateRuleResult> Judge(GateSpec gate, IReadOnlyDictionary<string, double> evidence, IReadOnlyList<string> approvers) =>
        [.. gate.Rules.Select(rule => rule.Approvals is { } needed ? Approvals(rule, needed, approvers) : Evidence(rule, evidence))];

    private static GateRuleResult Approvals(GateRule rule, int needed, IReadOnlyList<string> approvers)
    {
        var who = approvers.Count == 0 ? "nobody has approved" : $"approved by {string.Join(", ", approvers)}";
        return new(rule.Name, approvers.Count >= needed, approvers.Count, string.Create(CultureInfo.InvariantCulture, $"{who}; {needed} required"));
    }

    private static GateRuleResult Evidence(GateRule rule, IReadOnlyDictionary<string, double> evidence)
    {
        if (Missing(rule.Evidence!, evidence) is { } missing)
            return new(rule.Name, false, null, missing);
        var value = evidence[rule.Evidence!];
        var origin = 0.0;
        if (rule.Above is { } above)
        {
            if (Missing(above, evidence) is { } missingToo)
                return new(rule.Name, false, value, missingToo);
            origin = evidence[above];
        }

        // Compared as value against origin + margin, the way that the rule is written, so that a margin of exactly 0.01 is met by 0.71 over 0.70
        // whenever those doubles say so.
        var low = rule.AtLeast is { } atLeast && value < origin + atLeast;
        var high = rule.AtMost is { } atMost && value > origin + atMost;
        return new(rule.Name, !low && !high, value, $"{rule.Evidence} is {Text(value)}; required {Required(rule, origin)}");
    }

    private static string? Missing(string name, IReadOnlyDictionary<string, double> evidence) =>
        !evidence.TryGetValue(name, out var value) ? $"there is no evidence '{name}'"
        : double.IsNaN(value) ? $"the evidence '{name}' is not a number (NaN)"
        : null;

    private static string Required(GateRule rule, double origin)
    {
        var bounds = new List<string>();
        if (rule.AtLeast is { } low)
            bounds.Add($"at least {Bound(rule, origin, low)}");
        if (rule.AtMost is { } high)
            bounds.Add($"at most {Bound(rule, origin, high)}");
        return string.Join(" and ", bounds);
    }

    private static string Bound(GateRule rule, double origin, double bound) => rule.Above is null
        ? Text(bound)
        : $"{Text(origin + bound)} ({rule.Above} {Text(origin)} {(bound < 0 ? "−" : "+")} {Text(Math.Abs(bound))})";

    // Six digits are enough for a sentence; the report keeps the evidence itself.
    private static string Text(double value) => value.ToString("G6", CultureInfo.InvariantCulture);
}
