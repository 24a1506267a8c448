namespace Orrery.Language.Models;

/// <summary>Which components of a head rotate together (arXiv 2104.09864).</summary>
public enum RotaryStyle
{
    /// <summary>None do: positions are learned vectors.</summary>
    None,
    /// <summary>2i and 2i + 1: GGUF's llama, llama2.c.</summary>
    Adjacent,
    /// <summary>i and i + half: GPT-NeoX, Hugging Face, Qwen, Gemma, Phi.</summary>
    Halves,
}
