namespace Orrery.Language.Tokenizers.Normalizers;

/// <summary>Rewrites a text before it is split: Unicode forms, case, the marks that stand for spaces.</summary>
internal abstract class TextNormalizer
{
    public static TextNormalizer None { get; } = new Sequence([]);

    /// <param name="text">The text between two added tokens.</param>
    /// <param name="isFirst">Nothing of the input comes before it.</param>
    public abstract string Normalize(string text, bool isFirst);

    /// <summary>One after the other.</summary>
    public static TextNormalizer Of(params TextNormalizer[] steps) => steps.Length == 1 ? steps[0] : new Sequence(steps);

    private sealed class Sequence(TextNormalizer[] steps) : TextNormalizer
    {
        public override string Normalize(string text, bool isFirst)
        {
            foreach (var step in steps)
                text = step.Normalize(text, isFirst);
            return text;
        }
    }
}
