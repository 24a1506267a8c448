namespace Orrery.Language.Models;

/// <summary>How the vectors of a text's tokens become one.</summary>
public enum Pooling
{
    /// <summary>Their mean (sentence-transformers' default, MiniLM).</summary>
    Mean,
    /// <summary>That of the first token (BGE, BERT).</summary>
    FirstToken,
    /// <summary>That of the last token.</summary>
    LastToken,
}
