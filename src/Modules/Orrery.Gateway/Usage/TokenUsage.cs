using System.Text.Json.Nodes;

namespace Orrery.Gateway.Usage;

/// <summary>Tokens of one answer.</summary>
/// <param name="Prompt">Of the question.</param>
/// <param name="Completion">Of the answer.</param>
internal readonly record struct TokenUsage(long Prompt, long Completion)
{
    public long Total => Prompt + Completion;

    /// <summary>What the provider counted, or null.</summary>
    public static TokenUsage? Of(JsonObject answer) => answer["usage"] is JsonObject usage ? new(Number(usage, "prompt_tokens"), Number(usage, "completion_tokens")) : null;

    /// <summary>A provider that counts nothing is charged all the same: four characters a token, which is English's average.</summary>
    public static long Estimate(long characters) => (characters + 3) / 4;

    private static long Number(JsonObject usage, string name) => usage[name] is JsonValue value && value.TryGetValue(out long number) && number >= 0 ? number : 0;
}
