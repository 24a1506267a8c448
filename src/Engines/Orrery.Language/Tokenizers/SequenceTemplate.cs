namespace Orrery.Language.Tokenizers;

/// <summary>The tokens that a model expects around one text, and between and around two.</summary>
/// <param name="Before">Before the text.</param>
/// <param name="After">After the text.</param>
/// <param name="Between">Between the first text and the second.</param>
internal sealed record SequenceTemplate(int[] Before, int[] After, int[] Between)
{
    public static SequenceTemplate None { get; } = new([], [], []);
}
