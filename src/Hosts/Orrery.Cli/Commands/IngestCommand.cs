using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery ingest SOURCE FILE…</c>: files become dataset versions.</summary>
internal static class IngestCommand
{
    public static Command Create()
    {
        var source = new Argument<string>("source") { Description = "The declared source" };
        var files = new Argument<string[]>("file") { Description = "CSV, JSON, JSON lines or Parquet", Arity = ArgumentArity.OneOrMore };
        var output = new OutputOption();
        var command = new Command("ingest", "Ingest files as a declared source; bad rows go to quarantine, the same file twice is taken once.\n\nExample: orrery ingest flights samples/flights/weeks/*.parquet") { source, files };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var results = new List<IngestResult>();
            foreach (var path in parsed.GetRequiredValue(files))
            {
                if (!File.Exists(path))
                    throw new InvalidException($"There is no file '{path}'.");
                await using var content = File.OpenRead(path);
                results.Add(await orrery.Data.IngestAsync(parsed.GetRequiredValue(source), Path.GetFileName(path), content, cancellationToken));
            }

            output.Write(parsed, results, all =>
            {
                var table = OutputOption.Columns("DATASET", "OUTCOME", "ROWS", "QUARANTINED", "RUN");
                foreach (var result in all)
                {
                    table.AddRow(
                        Markup.Escape($"dataset/{result.Dataset}:{result.Version?.Number}"), result.Outcome == "ingested" ? "[green]ingested[/]" : "[grey]there already[/]",
                        result.RowsAdded.ToString("N0", CultureInfo.InvariantCulture), result.RowsQuarantined == 0 ? "0" : $"[red]{result.RowsQuarantined.ToString("N0", CultureInfo.InvariantCulture)}[/]",
                        result.Run?.ToString() ?? "");
                    foreach (var row in result.Sample.Take(5))
                        table.AddRow("", Markup.Escape($"  line {row.Line}: {row.Column}: {row.Detail}"));
                }

                return table;
            });
            return ExitCode.Ok;
        });
        return command;
    }
}
