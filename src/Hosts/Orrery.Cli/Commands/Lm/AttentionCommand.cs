using System.CommandLine;
using Orrery.Kernel;
using Orrery.Language.Inference.Evaluation;
using Orrery.Language.Tokenizers;

namespace Orrery.Cli.Commands.Lm;

/// <summary><c>orrery lm attention MODEL TEXT</c>: a picture of who looks at whom.</summary>
internal static class AttentionCommand
{
    public static Command Create()
    {
        var model = new ModelArgument();
        var layer = new Option<int>("--layer") { Description = "Which layer, from 0" };
        var picture = new Option<FileInfo>("--picture") { Description = "The SVG file to write", Required = true };
        var command = new Command("attention", "Draw the attention of a layer's heads over a text of at most 256 tokens.\n\nExample: orrery lm attention smollm2-135m-q8_0.gguf \"The cat sat because it was tired\" --layer 5 --picture attention.svg");
        model.AddTo(command);
        var text = new Argument<string>("text") { Description = "The text" };
        command.Arguments.Add(text);
        command.Options.Add(layer);
        command.Options.Add(picture);
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            using var local = model.Open(parsed);
            var (chosen, layers) = (parsed.GetValue(layer), local.Model.Configuration.LayerCount);
            if (chosen < 0 || chosen >= layers)
                throw new InvalidException($"Expected a layer from 0 to {layers - 1}, got {chosen}.");
            var target = parsed.GetRequiredValue(picture);
            if (target.Directory is not { Exists: true })
                throw new NotFoundException($"There is no folder '{target.DirectoryName}'.");
            var tokens = local.Document(parsed.GetRequiredValue(text));
            var maps = AttentionMaps.Read(local.Model, tokens);
            await File.WriteAllTextAsync(target.FullName, AttentionPicture.Draw(maps, chosen, [.. tokens.Select(token => TextOf(local.Tokenizer, token))]), cancellationToken);
            Console.WriteLine($"Layer {chosen} of {layers}, {maps.Heads} heads over {maps.Tokens} tokens: {target.FullName}");
            return ExitCode.Ok;
        }));
        return command;
    }

    private static string TextOf(Tokenizer tokenizer, int token) => tokenizer.Decode([token], new() { ShowSpecial = true, IsContinuation = true });
}
