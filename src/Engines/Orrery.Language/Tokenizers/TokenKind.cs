namespace Orrery.Language.Tokenizers;

/// <summary>What a token of a vocabulary is; the numbers are those of SentencePiece and of GGUF's <c>tokenizer.ggml.token_type</c>.</summary>
public enum TokenKind
{
    /// <summary>A piece of text.</summary>
    Normal = 1,

    /// <summary>Stands for text that the vocabulary cannot spell.</summary>
    Unknown = 2,

    /// <summary>Steers the model (end of text, role marks); found in text only when the caller asks for it.</summary>
    Control = 3,

    /// <summary>A piece of text that is matched before all others, whoever wrote it.</summary>
    UserDefined = 4,

    /// <summary>A place held free; no text becomes it.</summary>
    Unused = 5,

    /// <summary>One byte, for characters that have no piece of their own.</summary>
    Byte = 6,
}
