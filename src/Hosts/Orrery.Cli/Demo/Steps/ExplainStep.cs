using System.Text.Json;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Demo.Steps;

/// <summary>Walks back from one prediction to the rows it came from.</summary>
internal sealed class ExplainStep : IDemoStep
{
    public string Name => "explain";

    public string Title => "Explain";

    public string Sentence => "why did it say that, on what data, and who let it?";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var (orrery, story) = (context.Orrery, context.Story);
        // The evening board of Chicago on the Friday of the first week that was lived through.
        var friday = FlightsSample.Monday(context.Options.TrainingWeeks + 1).AddDays(4).AddHours(18);
        var prediction = (await orrery.Endpoints.FindPredictionAsync("flights", $"{friday:yyyyMMddHH}-ORD:0", cancellationToken))[0];
        story.Fact($"prediction [yellow]{prediction.Id}[/] of {prediction.Time:d MMMM HH:mm}: {prediction.Keys["origin"]} → {prediction.Keys["destination"]} is late with a chance of [bold]{prediction.Score:P1}[/]");

        var model = await orrery.Assets.GetAsync(new AssetRef(AssetKind.Model, "flights", (int)prediction.Version), cancellationToken);
        var explanation = await orrery.SendAsync<Explanation>(
            HttpMethod.Post, $"/api/v1/models/flights/versions/{model.Number}/explain",
            JsonContent.Create(new { inputs = prediction.Features }, options: OrreryClient.Json), cancellationToken);
        story.Fact($"answered by [yellow]model/flights:{model.Number}[/], whose SHAP values add up from {explanation.BaseValue:+0.000;-0.000} to {explanation.RawScore:+0.000;-0.000} (log-odds):");
        var table = Output.OutputOption.Columns("input", "value then", "SHAP");
        foreach (var attribution in explanation.Attributions.Take(6))
            table.AddRow(Markup.Escape(attribution.Input), Markup.Escape(attribution.Value?.ToString() ?? "missing"), $"{(attribution.Contribution > 0 ? "[red]" : "[green]")}{attribution.Contribution:+0.000;-0.000}[/]");
        story.Table(table);

        var reference = $"model/flights:{model.Number}";
        var gate = (await orrery.Gates.ReportsAsync(AssetRef.Parse(reference), cancellationToken))[0];
        var endpoint = await orrery.Endpoints.GetAsync("flights", cancellationToken);
        var deployment = endpoint.Deployments.LastOrDefault(one => one.Version == model.Number);
        story.Fact($"let through by [yellow]gate/{gate.Gate}[/] ({gate.Rules.Count(rule => rule.Passed)} of {gate.Rules.Count} rules), judged by {gate.EvaluatedBy}; {deployment?.Reason ?? "canary"} by {deployment?.Actor ?? "the canary"}");
        var lineage = await orrery.Lineage.WalkAsync(reference, "upstream", 8, cancellationToken);
        AnsiConsole.Write(new Padder(Commands.LineageTree.Of(lineage, downwards: false), new Padding(3, 0, 0, 0)));

        context.Keep("prediction", prediction);
        context.Keep("explanation", explanation);
        context.Keep("gate", gate.Gate);
        context.Keep("lineage", lineage.Nodes.Select(node => node.Label));
        var sum = explanation.BaseValue + explanation.Attributions.Sum(attribution => attribution.Contribution);
        return Math.Abs(sum - explanation.RawScore) < 1e-6 && Math.Abs(explanation.Score - prediction.Score) < 1e-5;
    }

    private sealed record Attribution(string Input, JsonElement? Value, double Contribution);

    private sealed record Explanation(string Model, double Score, double RawScore, double BaseValue, IReadOnlyList<Attribution> Attributions);
}
