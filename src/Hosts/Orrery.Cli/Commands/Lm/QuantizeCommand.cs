using System.CommandLine;
using System.Globalization;
using Orrery.Cli.Output;
using Orrery.Kernel;
using Orrery.Language.Inference.Evaluation;
using Orrery.Language.Weights;
using Orrery.Language.Weights.Gguf;
using Spectre.Console;

namespace Orrery.Cli.Commands.Lm;

/// <summary><c>orrery model quantize MODEL FILE</c>: a smaller GGUF file of the same model.</summary>
internal static class QuantizeCommand
{
    private static readonly Dictionary<string, TensorType> Types =
        Enum.GetValues<TensorType>().Where(type => TensorFormat.Of(type).IsWritable).ToDictionary(type => type.ToString(), StringComparer.OrdinalIgnoreCase);

    public static Command Create()
    {
        var model = new ModelArgument();
        var to = new Option<string>("--to") { Description = "How matrices are stored: " + string.Join(", ", Types.Keys), DefaultValueFactory = _ => nameof(TensorType.Q8_0) };
        var text = new Option<FileInfo?>("--text") { Description = "A text file in UTF-8: perplexity before and after is measured on it" };
        var output = new OutputOption().WithJson();
        var command = new Command("quantize", "Write a model from safetensors, llama2.c or GGUF as a GGUF file with its matrices in fewer bits. Tokenizer and chat template go into the file.\n\n"
            + "Example: orrery model quantize SmolLM2-135M smollm2-q4_0.gguf --to Q4_0 --text wiki.txt");
        model.AddTo(command);
        var file = new Argument<FileInfo>("file") { Description = "The file to write; it must not be there yet" };
        command.Arguments.Add(file);
        command.Options.Add(to);
        command.Options.Add(text);
        output.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            var type = Types.TryGetValue(parsed.GetRequiredValue(to), out var known)
                ? known
                : throw new InvalidException($"'{parsed.GetRequiredValue(to)}' cannot be written. Known: {string.Join(", ", Types.Keys)}.");
            var target = parsed.GetRequiredValue(file);
            var words = parsed.GetValue(text) is { } read ? await LocalModel.TextAsync(read, cancellationToken) : null;
            var source = model.File(parsed);
            await WriteAsync(source, target, type, cancellationToken);
            var smaller = ModelFile.Open(target.FullName);
            var (before, after) = (await JudgeAsync(source), await JudgeAsync(smaller));
            output.Write(parsed, new Quantized(target.FullName, type.ToString(), Bytes(source), Bytes(smaller), before?.Perplexity, after?.Perplexity), Show);
            return ExitCode.Ok;

            async Task<PerplexityReport?> JudgeAsync(ModelFile one)
            {
                if (words is null)
                    return null;
                using var local = model.Open(one, parsed);
                return await PerplexityCommand.MeasureAsync(local, words, new(), cancellationToken);
            }
        }));
        return command;
    }

    /// <summary>Under another name until it is whole: half a model is never found under its own.</summary>
    private static async Task WriteAsync(ModelFile source, FileInfo target, TensorType type, CancellationToken cancellationToken)
    {
        if (target.Exists)
            throw new ConflictException($"'{target.FullName}' is there already; remove it first, or name another.");
        if (target.Directory is not { Exists: true })
            throw new NotFoundException($"There is no folder '{target.DirectoryName}'.");
        var partial = target.FullName + ".partial";
        try
        {
            await Progressing.ShowAsync<string, bool>("Writing …", Markup.Escape, _ => Task.Run(() =>
            {
                using var stream = File.Create(partial);
                GgufConverter.Write(source, stream, type, cancellationToken);
                stream.Flush(flushToDisk: true);
                return true;
            }, cancellationToken));
            File.Move(partial, target.FullName);
        }
        finally
        {
            File.Delete(partial);
        }
    }

    private static long Bytes(ModelFile model) => model.Tensors.Values.Sum(tensor => tensor.Bytes);

    private static Table Show(Quantized result)
    {
        var table = OutputOption.Columns("", "MiB", "PERPLEXITY");
        void Add(string what, long bytes, double? perplexity) =>
            table.AddRow(what, (bytes / 1048576.0).ToString("N1", CultureInfo.InvariantCulture), perplexity?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "not measured (--text)");
        Add("before", result.BytesBefore, result.PerplexityBefore);
        Add(result.Type, result.BytesAfter, result.PerplexityAfter);
        return table;
    }

    private sealed record Quantized(string File, string Type, long BytesBefore, long BytesAfter, double? PerplexityBefore, double? PerplexityAfter);
}
