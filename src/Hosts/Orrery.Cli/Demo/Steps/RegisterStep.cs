using Orrery.Kernel;

namespace Orrery.Cli.Demo.Steps;

/// <summary>Says why the model may answer: its gate, rule by rule.</summary>
internal sealed class RegisterStep : IDemoStep
{
    public string Name => "register";

    public string Title => "Register";

    public string Sentence => "a model version with signature, and a gate that asks for evidence";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var version = await context.Orrery.Assets.GetAsync(new AssetRef(AssetKind.Model, "flights", Number: 1), cancellationToken);
        context.Story.Fact($"[yellow]model/flights:{version.Number}[/] takes {version.Manifest.GetProperty("inputs").GetArrayLength()} named inputs; SHA-256 {version.Digest.Short}…");
        var reports = await context.Orrery.Gates.ReportsAsync(new(AssetKind.Model, "flights", version.Number), cancellationToken);
        if (reports.Count == 0)
            return false;
        foreach (var rule in reports[0].Rules)
            context.Story.Verdict(rule.Passed, $"{rule.Rule}: {rule.Reason}");
        context.Keep("version", version.Number);
        context.Keep("passed", reports[0].Passed);
        context.Keep("rules", reports[0].Rules);
        return reports[0].Passed;
    }
}
