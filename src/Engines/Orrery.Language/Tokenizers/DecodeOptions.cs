namespace Orrery.Language.Tokenizers;

/// <summary>How tokens become text.</summary>
public sealed record DecodeOptions
{
    /// <summary>Writes control tokens by their names; they are left out by default.</summary>
    public bool ShowSpecial { get; init; }

    /// <summary>The tokens go on after others (an answer after its prompt): a leading space that the tokeniser would have added stays. Default false.</summary>
    public bool IsContinuation { get; init; }
}
