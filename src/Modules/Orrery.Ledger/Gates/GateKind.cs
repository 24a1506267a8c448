using System.Globalization;
using Orrery.Kernel;
using Orrery.Ledger.Resources;

namespace Orrery.Ledger.Gates;

/// <summary><c>kind: Gate</c>.</summary>
internal sealed class GateKind() : ResourceKind<GateSpec>(AssetKind.Gate)
{
    private const int MaxApprovals = 100;

    protected override IReadOnlyDictionary<string, string> Validate(string name, GateSpec spec)
    {
        var errors = new Dictionary<string, string>();
        if (spec.Rules.Count == 0)
            errors["rules"] = "a gate without a rule would let everything pass; write at least one";
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < spec.Rules.Count; i++)
        {
            var at = string.Create(CultureInfo.InvariantCulture, $"rules/{i}");
            if (Wrong(spec.Rules[i]) is { } what)
                errors[at] = what;
            else if (!names.Add(spec.Rules[i].Name))
                errors[$"{at}/name"] = $"the rule '{spec.Rules[i].Name}' is there twice";
        }

        return errors;
    }

    private static string? Wrong(GateRule rule) => rule switch
    {
        { Name: "" } => "a rule has a name, for the report",
        { Evidence: not null, Approvals: not null } => "a rule is about evidence or about approvals, not both",
        { Evidence: null, Approvals: null } => "a rule needs 'evidence' with a bound, or 'approvals'",
        { Approvals: < 1 or > MaxApprovals } => $"'approvals' is 1 to {MaxApprovals}",
        { Approvals: not null, AtLeast: not null } or { Approvals: not null, AtMost: not null } or { Approvals: not null, Above: not null } => "a rule about approvals has no bounds",
        { Evidence: not null, AtLeast: null, AtMost: null } => "the rule needs 'atLeast', 'atMost' or both",
        { AtLeast: double.NaN or double.PositiveInfinity or double.NegativeInfinity } or { AtMost: double.NaN or double.PositiveInfinity or double.NegativeInfinity } => "a bound is a finite number",
        { AtLeast: { } low, AtMost: { } high } when low > high => "'atLeast' is above 'atMost': nothing could pass",
        _ => null,
    };
}
