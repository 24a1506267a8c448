using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery evaluate search COLLECTION</c>: how good a collection's answers are.</summary>
internal static class EvaluateCommand
{
    public static Command Create() => new("evaluate", "Measure how good answers are.") { Search() };

    private static Command Search()
    {
        var collection = new Argument<string>("collection") { Description = "The collection, or an alias of one" };
        var name = new Option<string>("--name") { Description = "What the questions and judgements are called; without files, the newest version of them is taken", Required = true };
        var queries = new Option<FileInfo?>("--queries") { Description = "Questions: a line each, ID<tab>TEXT, or JSON {\"id\": …, \"text\": …, \"vector\": […]}" };
        var judgements = new Option<FileInfo?>("--judgements") { Description = "Judgements: a line each, QUERY POINT GRADE, or as TREC has it, QUERY 0 POINT GRADE" };
        var words = new Option<string?>("--words") { Description = "The sparse vector that texts are compared with" };
        var vector = new Option<string?>("--vector") { Description = "The dense vector that vectors are compared with" };
        var gate = new Option<string?>("--gate") { Description = "A gate that judges the collection by the metrics; ends with 1 where it refuses" };
        var output = new OutputOption().WithJson();
        var command = new Command("search", "Ask a collection questions with known answers: nDCG, MRR, MAP and recall, kept as a run.\n\n"
            + "Example: orrery evaluate search docs --name cranfield --queries queries.tsv --judgements qrels.txt --words text --gate relevance")
            { collection, name, queries, judgements, words, vector, gate };
        output.AddTo(command);
        command.Validators.Add(result =>
        {
            if (result.GetValue(queries) is null != result.GetValue(judgements) is null)
                result.AddError("--queries and --judgements go together.");
        });
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var set = parsed.GetValue(queries) is { } questions ? new JudgementSet(await QueriesAsync(questions, cancellationToken), await JudgementsAsync(parsed.GetValue(judgements)!, cancellationToken)) : null;
            var report = await orrery.Collections.EvaluateAsync(
                parsed.GetRequiredValue(collection), new(parsed.GetRequiredValue(name), set, parsed.GetValue(words), parsed.GetValue(vector), Gate: parsed.GetValue(gate)), cancellationToken);
            output.Write(parsed, report, Table);
            return report.Gate is { Passed: false } ? ExitCode.Refused : ExitCode.Ok;
        });
        return command;
    }

    private static async Task<List<RelevanceQuery>> QueriesAsync(FileInfo file, CancellationToken cancellationToken)
    {
        var queries = new List<RelevanceQuery>();
        await foreach (var line in File.ReadLinesAsync(file.FullName, cancellationToken))
        {
            if (string.IsNullOrWhiteSpace(line))
                continue;
            if (line[0] == '{')
                queries.Add(JsonSerializer.Deserialize<RelevanceQuery>(line, OrreryClient.Json)!);
            else if (line.Split('\t', 2) is [{ Length: > 0 } id, var text])
                queries.Add(new(id, text));
            else
                throw new InvalidException($"{file.Name}, line {queries.Count + 1}: expected ID<tab>TEXT or a JSON object, got '{line}'.");
        }

        return queries;
    }

    private static async Task<List<Judgement>> JudgementsAsync(FileInfo file, CancellationToken cancellationToken)
    {
        var judgements = new List<Judgement>();
        await foreach (var line in File.ReadLinesAsync(file.FullName, cancellationToken))
        {
            var parts = line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (parts.Length == 0)
                continue;
            // TREC has a column between that nobody uses.
            var point = parts.Length == 4 ? parts[2] : parts.Length == 3 ? parts[1] : "";
            if (point.Length == 0 || !double.TryParse(parts[^1], NumberStyles.Float, CultureInfo.InvariantCulture, out var grade))
                throw new InvalidException($"{file.Name}, line {judgements.Count + 1}: expected QUERY POINT GRADE, got '{line}'.");
            judgements.Add(new(parts[0], point, grade));
        }

        return judgements;
    }

    private static Table Table(RelevanceReport report)
    {
        var table = OutputOption.Columns("METRIC", "VALUE");
        foreach (var (metric, value) in report.Metrics)
            table.AddRow(metric, value.ToString("0.0000", CultureInfo.InvariantCulture));
        table.AddRow("queries", report.Queries.ToString(CultureInfo.InvariantCulture));
        if (report.Skipped > 0)
            table.AddRow("without a relevant point", report.Skipped.ToString(CultureInfo.InvariantCulture));
        foreach (var rule in report.Gate?.Rules ?? [])
            table.AddRow(Markup.Escape($"{report.Gate!.Gate}: {rule.Rule}"), rule.Passed ? "[green]passed[/]" : $"[red]{Markup.Escape(rule.Reason)}[/]");
        table.AddRow("run", report.Run.ToString());
        return table;
    }
}
