using System.CommandLine;
using System.Globalization;
using System.Text;
using Orrery.Cli.Output;
using Orrery.Language.Inference.Evaluation;
using Spectre.Console;

namespace Orrery.Cli.Commands.Lm;

/// <summary><c>orrery lm perplexity MODEL TEXT</c>: how well a model foresees a text.</summary>
internal static class PerplexityCommand
{
    public static Command Create()
    {
        var model = new ModelArgument();
        var window = new Option<int>("--window") { Description = "Tokens that are read together. Default: 512, or the model's context" };
        var overlap = new Option<int?>("--overlap") { Description = "Tokens of a window that were judged before, as context of the others. Default: half of it" };
        var output = new OutputOption().WithJson();
        var command = new Command("perplexity", "Measure perplexity and bits per byte on a text file.\n\nExample: orrery lm perplexity smollm2-135m-q8_0.gguf wiki.txt");
        model.AddTo(command);
        var text = new Argument<FileInfo>("text") { Description = "A text file in UTF-8" };
        command.Arguments.Add(text);
        command.Options.Add(window);
        command.Options.Add(overlap);
        output.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            var words = await LocalModel.TextAsync(parsed.GetRequiredValue(text), cancellationToken);
            using var local = model.Open(parsed);
            var report = await MeasureAsync(local, words, new() { Window = parsed.GetValue(window), Overlap = parsed.GetValue(overlap) }, cancellationToken);
            output.Write(parsed, report, Show);
            return ExitCode.Ok;
        }));
        return command;
    }

    /// <summary>Measures, with what is done on standard error.</summary>
    public static Task<PerplexityReport> MeasureAsync(LocalModel local, string text, PerplexityOptions options, CancellationToken cancellationToken)
    {
        var tokens = local.Document(text);
        return Progressing.ShowAsync<long, PerplexityReport>(
            "Reading …", judged => string.Create(CultureInfo.InvariantCulture, $"{judged:N0} of {tokens.Length:N0} tokens"),
            progress => Task.Run(() => Perplexity.Measure(local.Model, tokens, Encoding.UTF8.GetByteCount(text), options, Thinned(progress, tokens.Length), cancellationToken), cancellationToken));
    }

    /// <summary>A twentieth at a time: where nobody sees a screen, each report is a line.</summary>
    private static Immediate<long> Thinned(IProgress<long> progress, int all)
    {
        var twentieths = 0L;
        return new(judged =>
        {
            if (judged * 20 / all > twentieths)
                progress.Report(judged);
            twentieths = judged * 20 / all;
        });
    }

    private static Table Show(PerplexityReport report)
    {
        var table = OutputOption.Columns("PERPLEXITY", "BITS PER BYTE", "TOKENS", "BYTES");
        table.AddRow(
            report.Perplexity.ToString("0.0000", CultureInfo.InvariantCulture), report.BitsPerByte.ToString("0.0000", CultureInfo.InvariantCulture),
            report.Tokens.ToString("N0", CultureInfo.InvariantCulture), report.Bytes.ToString("N0", CultureInfo.InvariantCulture));
        return table;
    }
}
