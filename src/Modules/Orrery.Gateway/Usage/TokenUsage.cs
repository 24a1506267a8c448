using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Orrery.Gateway.Routes;

namespace Orrery.Gateway.Usage;

/// <summary>Tokens of one answer.</summary>
/// <param name="Prompt">Of the question.</param>
/// <param name="Completion">Of the answer.</param>
internal readonly record struct TokenUsage(long Prompt, long Completion)
{
    public long Total => Prompt + Completion;

    /// <summary>What the provider counted, or null.</summary>
    public static TokenUsage? Of(JsonObject answer) => answer["usage"] is JsonObject usage ? new(Count(usage["prompt_tokens"]), Count(usage["completion_tokens"])) : null;

    /// <summary>What they cost; nothing without a price.</summary>
    public double Cost(PriceSpec? price) => price is null ? 0 : (Prompt * price.Prompt + Completion * price.Completion) / 1_000_000;

    /// <summary>A provider that counts nothing is charged all the same: four characters a token, which is English's average.</summary>
    public static long Estimate(long characters) => (characters + 3) / 4;

    /// <summary>A count of a provider's; 0 for what is none. Its text is read, since a value that this process made knows only the type that it was made of.</summary>
    public static long Count(JsonNode? value) =>
        value?.GetValueKind() == JsonValueKind.Number && long.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : 0;
}
