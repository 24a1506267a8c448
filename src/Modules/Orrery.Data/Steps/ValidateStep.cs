using System.Text.Json;
using Orrery.Data.Expectations;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Ledger.Assets;
using Orrery.Pipelines.Steps;

namespace Orrery.Data.Steps;

/// <summary>What <c>kind: validate</c> takes.</summary>
/// <param name="Suite">The suite's name.</param>
/// <param name="Dataset">The dataset, or the name of the step's input; the input <c>dataset</c> where it is left out.</param>
internal sealed record ValidateStepSpec(string Suite, string? Dataset = null);

/// <summary>Holds a dataset version against a suite and fails where the suite does.</summary>
internal sealed class ValidateStep(IExpectations expectations, IAssets assets) : StepKind<ValidateStepSpec>("validate")
{
    // A cached step's key knows the inputs that it is given, not the latest version that a name stands for.
    public override bool Cacheable => false;

    protected override async Task<StepResult> RunAsync(StepContext context, ValidateStepSpec spec, CancellationToken cancellationToken)
    {
        var version = (await context.FindAsync(assets, "dataset", spec.Dataset, AssetKind.Dataset, cancellationToken)).Id;
        var report = (await expectations.ValidateAsync(context.Caller, version, spec.Suite, context.Run, cancellationToken)).Report;
        if (!report.Passed)
        {
            var broken = report.Results.Where(r => !r.Passed && r.Severity != Severity.Warn).Select(r => r.Expectation);
            throw new PreconditionFailedException($"{report.Subject} does not meet {report.Suite}: {string.Join("; ", broken)}.");
        }

        return new(
            new Dictionary<string, VersionId> { ["dataset"] = version },
            new Dictionary<string, JsonElement>
            {
                ["met"] = JsonSerializer.SerializeToElement(report.Results.Count(r => r.Passed), LedgerJson.Options),
                ["broken"] = JsonSerializer.SerializeToElement(report.Results.Count(r => !r.Passed), LedgerJson.Options),
            });
    }
}
