using System.Globalization;
using Orrery.Cli.Commands;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Demo.Steps;

/// <summary>Declares the project and ingests the weeks that the first model learns from.</summary>
internal sealed class IngestStep : IDemoStep
{
    public string Name => "ingest";

    public string Title => "Ingest";

    public string Sentence => "real flights become a dataset version, named by what is in it";

    public async Task<bool> RunAsync(DemoContext context, CancellationToken cancellationToken)
    {
        var (orrery, story) = (context.Orrery, context.Story);
        var (yaml, _) = await ResourceFiles.ReadAsync([context.Sample.Resources], cancellationToken);
        var applied = await orrery.Resources.ApplyAsync(yaml, "samples/flights/resources", cancellationToken);
        var changed = applied.Changes.Count(change => change.Action != "unchanged");
        story.Fact($"{applied.Changes.Count} resources declared in YAML, {(changed == 0 ? "all there already" : $"{changed} of them new or changed")}");

        var weeks = Enumerable.Range(1, context.Options.TrainingWeeks).ToList();
        var results = await story.ProgressAsync("ingesting weeks", weeks.Count, async report =>
        {
            var all = new List<IngestResult>();
            foreach (var week in weeks)
            {
                await using var file = File.OpenRead(context.Sample.Week(week));
                all.Add(await orrery.Data.IngestAsync("flights", Path.GetFileName(file.Name), file, cancellationToken));
                report(all.Count);
            }

            return all;
        });

        var version = results[^1].Version ?? await orrery.Assets.GetAsync(new AssetRef(AssetKind.Dataset, "flights"), cancellationToken);
        var profile = await orrery.Data.ProfileAsync("flights", version.Number, cancellationToken);
        var known = results.All(result => result.Outcome == "alreadyIngested");
        story.Fact($"[bold]{profile.Rows:N0}[/] rows of {weeks.Count} weeks in [yellow]dataset/flights:{version.Number}[/], SHA-256 {version.Digest.Short}…{(known ? " (there already)" : "")}");
        story.Table(Profile(profile));
        context.Keep("rows", profile.Rows);
        context.Keep("version", version.Number);
        context.Keep("digest", version.Digest);
        context.Keep("already", known);
        context.Keep("columns", profile.Columns.Select(column => column.Name));
        return profile.Rows > 0;
    }

    private static Table Profile(DatasetProfile profile)
    {
        var table = Output.OutputOption.Columns("column", "type", "missing", "smallest", "median", "largest", "most frequent");
        foreach (var column in profile.Columns)
        {
            table.AddRow(
                column.Name, column.Type, column.Missing.ToString("N0", CultureInfo.InvariantCulture),
                Value(column, column.Minimum), Value(column, column.Quantiles?[3]), Value(column, column.Maximum),
                Markup.Escape(string.Join(", ", (column.TopValues ?? []).Take(3).Select(top => top.Value))));
        }

        return table;
    }

    private static string Value(ColumnProfile column, double? value) => value is not { } number ? ""
        : column.Type == "timestamp" ? DateTimeOffset.FromUnixTimeSeconds((long)number).ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture)
        : number.ToString("G6", CultureInfo.InvariantCulture);
}
