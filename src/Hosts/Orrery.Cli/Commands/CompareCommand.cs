using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Comparison;
using Orrery.Comparison.Peers;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery compare vectors COLLECTION</c>: this server beside others, on one's own vectors.</summary>
internal static class CompareCommand
{
    public static Command Create() => new("compare", "Measure this server beside other systems, on your own data.") { Vectors() };

    private static Command Vectors()
    {
        var collection = new Argument<string>("collection") { Description = "A collection of this server; import yours first (orrery import …)" };
        var with = new Option<string[]>("--with") { Description = $"A system to measure as well, as SYSTEM=PLACE ({string.Join(", ", PeerAddress.Systems)}); may stand several times", DefaultValueFactory = _ => [] };
        var vector = new Option<string?>("--vector") { Description = "Which vector, where points have several" };
        var defaults = new ComparisonOptions();
        var k = Number("-k", "Neighbours of each query", defaults.K, 1, 1_000);
        var queries = Number("--queries", "Points that are kept apart as queries; a tenth of all at most", defaults.Queries, 10, 100_000);
        var points = Number("--points", "Points at most", defaults.MaxPoints, 10, 10_000_000);
        var m = Number("--m", "Links of a point in every graph", defaults.M, 4, 128);
        var construction = Number("--ef-construction", "Candidates while a point is linked", defaults.EfConstruction, 4, 4_096);
        var connections = Number("--connections", "Connections at a time, for the rate", defaults.Connections, 1, 256);
        var efs = new Option<int[]>("--ef") { Description = $"Candidates of a search, one measurement each; may stand several times. Default: {string.Join(", ", defaults.Efs)}", AllowMultipleArgumentsPerToken = true };
        efs.Validators.Add(result =>
        {
            if (result.Tokens.Any(token => !int.TryParse(token.Value, CultureInfo.InvariantCulture, out var ef) || ef is < 1 or > 10_000))
                result.AddError("--ef takes whole numbers from 1 to 10,000.");
        });
        var picture = new Option<string?>("--picture") { Description = "Write the curves into this SVG file as well" };
        var output = new OutputOption();
        var command = new Command("vectors", "Recall, rate, latency and build time of this server and of others, on a collection's own vectors. Each system gets the same points, graph parameters and queries in a collection that is removed in the end. The result is kept as a run.\n\nExample:\n  orrery compare vectors words --with qdrant=http://localhost:6333 --with pgvector=postgresql://me@localhost/test --picture curves.svg")
        {
            collection, with, vector, k, queries, points, m, construction, efs, connections, picture,
        };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var systems = parsed.GetRequiredValue(with).Select(PeerAddress.Parse).ToList();
            var options = new ComparisonOptions
            {
                K = parsed.GetRequiredValue(k),
                Queries = parsed.GetRequiredValue(queries),
                MaxPoints = parsed.GetRequiredValue(points),
                M = parsed.GetRequiredValue(m),
                EfConstruction = parsed.GetRequiredValue(construction),
                Connections = parsed.GetRequiredValue(connections),
                Efs = parsed.GetValue(efs) is { Length: > 0 } chosen ? [.. chosen.Distinct().Order()] : defaults.Efs,
            };
            var path = parsed.GetValue(picture);
            if (path is not null && Path.GetDirectoryName(Path.GetFullPath(path)) is { } folder && !Directory.Exists(folder))
                throw new InvalidException($"There is no folder '{folder}'.");
            using var http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = TimeSpan.FromMinutes(10) };
            var name = parsed.GetRequiredValue(collection);
            var report = await Progressing.ShowAsync<string, ComparisonReport>(
                "Comparing …", Markup.Escape, progress => new VectorComparison(orrery, http).RunAsync(name, systems, options, parsed.GetValue(vector), progress, cancellationToken));
            var run = await ComparisonRun.KeepAsync(orrery, name, report, options, cancellationToken);
            if (path is not null)
                await File.WriteAllTextAsync(path, ComparisonPicture.Draw(report), cancellationToken);
            output.Write(parsed, report, Show);
            if (output.Of(parsed) == OutputFormat.Table)
                AnsiConsole.MarkupLineInterpolated($"Kept as run {run}: {orrery.Server}runs/{run}");
            return ExitCode.Ok;
        });
        return command;
    }

    private static Option<int> Number(string name, string description, int fallback, int least, int most)
    {
        var option = new Option<int>(name) { Description = description, DefaultValueFactory = _ => fallback };
        option.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is var value && (value < least || value > most))
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{name} takes {least:N0} to {most:N0}, got {value:N0}."));
        });
        return option;
    }

    private static Table Show(ComparisonReport report)
    {
        var table = OutputOption.Columns("SYSTEM", "LOAD", "INDEX", "SIZE", "EF", $"RECALL@{report.K}", "QUERIES/S", "P50 ms", "P99 ms");
        foreach (var system in report.Systems)
        {
            for (var i = 0; i < system.Measurements.Count; i++)
            {
                var measured = system.Measurements[i];
                string First(string text) => i == 0 ? Markup.Escape(text) : "";
                table.AddRow(
                    First($"{system.Name} ({system.System})"), First(Text("{0:0.0} s", system.LoadSeconds)), First(Text("{0:0.0} s", system.IndexSeconds)), First(system.Bytes is { } bytes ? Text("{0:N0} MiB", bytes / 1048576.0) : "not told"),
                    Text("{0}", measured.Ef), Text("{0:0.000}", measured.Recall), Text("{0:N0}", measured.QueriesPerSecond), Text("{0:0.00}", measured.MedianMilliseconds), Text("{0:0.00}", measured.P99Milliseconds));
            }
        }

        return table;
    }

    private static string Text(string format, object value) => string.Format(CultureInfo.InvariantCulture, format, value);
}
