using System.CommandLine;
using System.Globalization;
using Orrery.Language.Inference;

namespace Orrery.Cli.Commands.Lm;

/// <summary>The options that say how tokens are chosen, and when it ends.</summary>
internal sealed class SamplingOption
{
    private readonly Option<int> _most = new("--max-tokens") { Description = "Tokens to generate at most", DefaultValueFactory = _ => 256 };
    private readonly Option<float> _temperature = new("--temperature") { Description = "0 takes the likeliest token", DefaultValueFactory = _ => 0.8f };
    private readonly Option<float> _topP = new("--top-p") { Description = "Of the likeliest tokens, so many as make up this probability", DefaultValueFactory = _ => 0.95f };
    private readonly Option<int> _topK = new("--top-k") { Description = "Of the likeliest tokens, so many; 0 for all", DefaultValueFactory = _ => 0 };
    private readonly Option<long> _seed = new("--seed") { Description = "The same seed gives the same text", DefaultValueFactory = _ => 1 };

    public SamplingOption()
    {
        Bound(_most, value => value is >= 1 and <= 1_000_000, "1 to 1,000,000");
        Bound(_temperature, value => value is >= 0 and <= 10, "0 to 10");
        Bound(_topP, value => value is > 0 and <= 1, "more than 0, at most 1");
        Bound(_topK, value => value is >= 0 and <= 1_000_000, "0 to 1,000,000");
    }

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[_most, _temperature, _topP, _topK, _seed])
            command.Options.Add(option);
    }

    public GenerationOptions Of(ParseResult parsed, IEnumerable<int> stopTokens) => new()
    {
        MaxTokens = parsed.GetValue(_most),
        StopTokens = [.. stopTokens],
        Sampling = new() { Temperature = parsed.GetValue(_temperature), TopP = parsed.GetValue(_topP), TopK = parsed.GetValue(_topK), Seed = parsed.GetValue(_seed) },
    };

    private static void Bound<T>(Option<T> option, Func<T, bool> holds, string expected) => option.Validators.Add(result =>
    {
        if (result.GetValueOrDefault<T>() is { } value && !holds(value))
            result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} takes {expected}, got {value}."));
    });
}
