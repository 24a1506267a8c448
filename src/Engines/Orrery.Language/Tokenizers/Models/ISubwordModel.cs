namespace Orrery.Language.Tokenizers.Models;

/// <summary>Spells one piece of a text in tokens. Thread-safe.</summary>
internal interface ISubwordModel
{
    void Encode(ReadOnlySpan<char> piece, List<int> ids);
}
