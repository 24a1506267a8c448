using System.CommandLine;

namespace Orrery.Cli.Commands.Lm;

/// <summary><c>orrery lm …</c>: language models from files, in this process and without a server.</summary>
internal static class LmCommand
{
    public static Command Create() => new("lm", "Run and study a language model from a file, without a server.\n\nA model is a GGUF file, a folder with config.json and safetensors, or a llama2.c checkpoint.")
    {
        InspectCommand.Create(), GenerateCommand.Create(), ChatCommand.Create(), PerplexityCommand.Create(), AttentionCommand.Create(), ScalingLawCommand.Create(),
    };
}
