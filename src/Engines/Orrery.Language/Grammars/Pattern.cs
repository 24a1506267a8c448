namespace Orrery.Language.Grammars;

/// <summary>A part of a grammar as it is written.</summary>
internal abstract record Pattern
{
    public static Pattern Nothing { get; } = new Sequence([]);

    public static Pattern Of(params Pattern[] parts) => parts.Length == 1 ? parts[0] : new Sequence(parts);

    public static Pattern Any(params Pattern[] choices) => choices.Length == 1 ? choices[0] : new Choice(choices);

    public static Pattern Maybe(Pattern part) => new Repeat(part, 0, 1);
}

/// <summary>Exactly this text.</summary>
internal sealed record Literal(string Text) : Pattern;

/// <summary>One character of these ranges, or one of none of them.</summary>
internal sealed record CharacterClass(IReadOnlyList<(int First, int Last)> Ranges, bool IsNegated = false) : Pattern
{
    public CharacterClass(params (int First, int Last)[] ranges)
        : this(ranges, false)
    {
    }
}

internal sealed record Sequence(IReadOnlyList<Pattern> Parts) : Pattern;

internal sealed record Choice(IReadOnlyList<Pattern> Choices) : Pattern;

/// <summary>So many times; without a most where it is null.</summary>
internal sealed record Repeat(Pattern Part, int Least, int? Most) : Pattern;

/// <summary>A rule by its name.</summary>
internal sealed record Reference(string Rule) : Pattern;
