using System.CommandLine;

namespace Orrery.Cli.Commands.Lm;

/// <summary><c>orrery lm generate MODEL PROMPT</c>: how a text goes on.</summary>
internal static class GenerateCommand
{
    public static Command Create()
    {
        var model = new ModelArgument();
        var sampling = new SamplingOption();
        var command = new Command("generate", "Write how a text goes on, while it is generated.\n\nExample: orrery lm generate smollm2-135m-q8_0.gguf \"Once upon a time\" --temperature 0");
        model.AddTo(command);
        var prompt = new Argument<string>("prompt") { Description = "The text's beginning", DefaultValueFactory = _ => "" };
        command.Arguments.Add(prompt);
        sampling.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            using var local = model.Open(parsed);
            var text = parsed.GetValue(prompt) ?? "";
            Console.Write(text);
            await TokenStream.WriteAsync(local, local.Document(text), sampling.Of(parsed, local.Tokenizer.Special.EndOfGeneration), cancellationToken);
            return ExitCode.Ok;
        }));
        return command;
    }
}
