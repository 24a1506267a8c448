namespace Orrery.Client;

/// <summary>
/// The words that a member may hold. They are text and no enum, so that a word that a newer server says does not keep an older client from reading all the rest.
/// </summary>
/// <param name="words">Every word that this version knows.</param>
[AttributeUsage(AttributeTargets.Property)]
public sealed class WordsAttribute(params string[] words) : Attribute
{
    /// <summary>Every word that this version knows.</summary>
    public IReadOnlyList<string> Words { get; } = words;
}
