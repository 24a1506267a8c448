namespace Orrery.Language.Tokenizers;

/// <summary>How a text becomes tokens.</summary>
public sealed record EncodeOptions
{
    /// <summary>The text alone, as a user's words are read: nothing added, control tokens are plain text. Safe for hostile text.</summary>
    public static EncodeOptions Text { get; } = new();

    /// <summary>A rendered prompt: the tokens that the model expects around a text are added, and control tokens in it are parsed.</summary>
    public static EncodeOptions Prompt { get; } = new() { AddSpecial = true, ParseSpecial = true };

    /// <summary>One text for an encoder or a base model: surrounding tokens added, control tokens in it are plain text.</summary>
    public static EncodeOptions Document { get; } = new() { AddSpecial = true };

    /// <summary>Adds the tokens that the model expects around a text (BOS, EOS, CLS, SEP). Default false.</summary>
    public bool AddSpecial { get; init; }

    /// <summary>Reads the names of control tokens in the text as these tokens: only for text that the program wrote. Default false.</summary>
    public bool ParseSpecial { get; init; }
}
