using System.Text.Json;

namespace Orrery.Language.ChatTemplates;

/// <summary>What a chat template is rendered with.</summary>
public sealed record ChatTemplateInput
{
    /// <summary>The conversation: an array of objects with <c>role</c>, <c>content</c> and what else the wire gave them.</summary>
    public required JsonElement Messages { get; init; }

    /// <summary>The tools as OpenAI's API describes them, or null.</summary>
    public JsonElement? Tools { get; init; }

    /// <summary>Ends the prompt where the assistant's answer begins. Default true.</summary>
    public bool AddGenerationPrompt { get; init; } = true;

    /// <summary>The text of the token that begins a text.</summary>
    public string BosToken { get; init; } = "";

    /// <summary>The text of the token that ends a text.</summary>
    public string EosToken { get; init; } = "";

    /// <summary>What <c>strftime_now</c> calls now.</summary>
    public DateTimeOffset Now { get; init; } = DateTimeOffset.UnixEpoch;

    /// <summary>Further variables (<c>enable_thinking</c>, <c>documents</c>): an object, or null.</summary>
    public JsonElement? Variables { get; init; }

    /// <summary>How much work a template may make.</summary>
    public ChatTemplateLimits Limits { get; init; } = new();
}

/// <summary>Bounds of one rendering: a template comes out of a stranger's file.</summary>
public sealed record ChatTemplateLimits
{
    /// <summary>Evaluated parts of the template. Default five million, a conversation of thousands of turns.</summary>
    public long MaxSteps { get; init; } = 5_000_000;

    /// <summary>Characters of output, and of any text on the way. Default sixteen million.</summary>
    public int MaxLength { get; init; } = 16_000_000;
}
