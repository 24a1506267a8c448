using System.Globalization;
using Orrery.Kernel;
using Orrery.Ledger.Resources;

namespace Orrery.Data.Expectations;

/// <summary><c>kind: ExpectationSuite</c>.</summary>
internal sealed class ExpectationSuiteKind(ExpectationCompiler compiler) : ResourceKind<ExpectationSuiteSpec>(AssetKind.ExpectationSuite)
{
    /// <summary>Each is a part of a statement over all rows; more are nobody's.</summary>
    private const int MaxExpectations = 1000;

    protected override IReadOnlyDictionary<string, string> Validate(string name, ExpectationSuiteSpec spec)
    {
        var errors = new Dictionary<string, string>();
        if (!AssetRef.IsName(spec.Dataset))
            errors["dataset"] = $"'{spec.Dataset}' cannot name a dataset.";
        if (spec.Expectations.Count is 0 or > MaxExpectations)
            errors["expectations"] = $"A suite has 1 to {MaxExpectations} expectations; this one has {spec.Expectations.Count}.";
        for (var i = 0; i < spec.Expectations.Count && errors.Count < 100; i++)
        {
            if (compiler.Error(spec.Expectations[i]) is { } error)
                errors[string.Create(CultureInfo.InvariantCulture, $"expectations/{i}")] = error;
        }

        return errors;
    }
}
