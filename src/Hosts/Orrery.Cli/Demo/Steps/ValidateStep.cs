using System.Globalization;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Demo.Steps;

/// <summary>Infers what the data looks like, and finds what a badly sent batch did to it.</summary>
internal sealed class ValidateStep : IDemoStep
{
    public string Name => "validate";

    public string Title => "Validate";

    public string Sentence => "what a row must look like is inferred, edited in YAML, and held against every batch";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var (orrery, story) = (context.Orrery, context.Story);
        var latest = await orrery.Assets.GetAsync(new AssetRef(AssetKind.Dataset, "flights"), cancellationToken);
        var inferred = await orrery.Data.InferSuiteAsync("flights", latest.Number, cancellationToken);
        var suite = await orrery.Resources.GetAsync(AssetKind.ExpectationSuite, "flights", cancellationToken);
        var guessed = inferred.Split('\n').Count(line => line.TrimStart().StartsWith("- ", StringComparison.Ordinal));
        story.Fact($"{guessed} expectations inferred from the data; {suite.Spec.GetProperty("expectations").GetArrayLength()} of a person's own in [yellow]expectation-suite/flights[/]");

        await using var file = File.OpenRead(context.Sample.EveningCsv);
        var result = await orrery.Data.IngestAsync("flights", Path.GetFileName(file.Name), file, cancellationToken);
        var run = result.Run ?? throw new OrreryException(ErrorCode.Internal, "The ingestion named no run.");
        var quarantine = await orrery.Data.QuarantineAsync(run, limit: 1000, cancellationToken: cancellationToken);
        var quarantined = quarantine.Items.Select(row => row.Row).Distinct().Count();
        if (result.Outcome == "alreadyIngested")
            story.Fact($"the batch that another system sent came already; [red]{quarantined:N0}[/] of its rows are in quarantine");
        else
            story.Fact($"a batch that another system sent: {result.RowsRead:N0} rows, [green]{result.RowsAdded:N0}[/] taken, [red]{result.RowsQuarantined:N0}[/] in quarantine");
        var table = Output.OutputOption.Columns("line", "column", "value", "why");
        foreach (var row in quarantine.Items.DistinctBy(row => (row.Column, row.Reason, row.Detail.Split(' ')[0])).Take(8))
            table.AddRow(row.Line?.ToString(CultureInfo.InvariantCulture) ?? "", Markup.Escape(row.Column ?? ""), Markup.Escape(row.Value ?? ""), Markup.Escape(row.Detail));
        story.Table(table);
        context.Keep("inferred", guessed);
        context.Keep("rows", result.RowsRead);
        context.Keep("added", result.RowsAdded);
        context.Keep("quarantined", quarantined);
        context.Keep("reasons", result.Reasons);
        return result.RowsRead == result.RowsAdded + result.RowsQuarantined;
    }
}
