using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Kernel;
using Orrery.Language.ChatTemplates;

namespace Orrery.Cli.Commands.Lm;

/// <summary><c>orrery lm chat MODEL</c>: a conversation in the terminal. What was said before is remembered by the model's cache, so that each turn reads its own words alone.</summary>
internal static class ChatCommand
{
    public static Command Create()
    {
        var model = new ModelArgument();
        var sampling = new SamplingOption();
        var system = new Option<string?>("--system") { Description = "What the model is told before all" };
        var command = new Command("chat", "Talk to a model, a line a turn; an empty line or the input's end ends it.\n\nExample: orrery lm chat smollm2-135m-instruct-q8_0.gguf --system \"You answer briefly.\"");
        model.AddTo(command);
        command.Options.Add(system);
        sampling.AddTo(command);
        command.SetAction((parsed, cancellationToken) => Refusals.ShowAsync(async () =>
        {
            var file = model.File(parsed);
            var template = ChatTemplate.Parse(ModelChatTemplate.Find(file)
                ?? throw new InvalidException($"'{file.Path}' has no chat template: it goes on with texts (orrery lm generate)."));
            using var local = model.Open(file, parsed);
            var options = sampling.Of(parsed, local.Tokenizer.Special.EndOfGeneration);
            var messages = new JsonArray();
            if (parsed.GetValue(system) is { Length: > 0 } told)
                messages.Add(Message("system", told));
            while (await ReadAsync(cancellationToken) is { Length: > 0 } line)
            {
                messages.Add(Message("user", line));
                var prompt = template.Render(new()
                {
                    Messages = JsonSerializer.SerializeToElement(messages),
                    BosToken = local.TextOf(local.Tokenizer.Special.Bos),
                    EosToken = local.TextOf(local.Tokenizer.Special.Eos),
                    Now = TimeProvider.System.GetUtcNow(),
                });
                // Templates write the begin token themselves.
                var tokens = local.Tokenizer.Encode(prompt, new() { ParseSpecial = true });
                messages.Add(Message("assistant", await TokenStream.WriteAsync(local, tokens, options, cancellationToken)));
            }

            return ExitCode.Ok;
        }));
        return command;
    }

    private static JsonObject Message(string role, string content) => new() { ["role"] = role, ["content"] = content };

    private static async Task<string?> ReadAsync(CancellationToken cancellationToken)
    {
        if (!Console.IsInputRedirected)
            Console.Write("> ");
        return await Console.In.ReadLineAsync(cancellationToken);
    }
}
