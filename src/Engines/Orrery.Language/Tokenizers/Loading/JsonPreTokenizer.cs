using Orrery.Kernel;
using Orrery.Language.Tokenizers.Normalizers;
using Orrery.Language.Tokenizers.Splitting;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The <c>pre_tokenizer</c> of a tokenizer.json: what it rewrites, and where it cuts.</summary>
internal sealed class JsonPreTokenizer
{
    public JsonPreTokenizer(JsonPart? part)
    {
        if (part is { } found)
            Read(found);
    }

    public List<TextNormalizer> Normalizers { get; } = [];

    public List<SplitRule> Rules { get; } = [];

    /// <summary>Pieces are bytes, not characters.</summary>
    public bool IsByteLevel { get; private set; }

    /// <summary>A space was put before the text.</summary>
    public bool AddsPrefix { get; private set; }

    private void Read(JsonPart part)
    {
        switch (part.Type)
        {
            case "Sequence":
                foreach (var item in part.Items("pretokenizers"))
                    Read(item);
                break;
            case "ByteLevel":
                ReadByteLevel(part);
                break;
            case "Metaspace":
                ReadMetaspace(part);
                break;
            case "Split":
                Rules.Add(new PatternSplit(JsonNormalizer.Pattern(part), Behavior(part), part.Flag("invert") ?? false));
                break;
            case "Digits":
                Rules.Add(new PatternSplit(part.Flag("individual_digits") ?? false ? PreTokenizerPatterns.Digit() : PreTokenizerPatterns.Numbers()));
                break;
            case "Punctuation":
                Rules.Add(new CharacterSplit(BertSplit.IsPunctuation, Behavior(part)));
                break;
            case "BertPreTokenizer":
                Rules.AddRange(BertSplit.Rules);
                break;
            case "WhitespaceSplit":
                Rules.Add(new CharacterSplit(char.IsWhiteSpace, SplitBehavior.Removed));
                break;
            case "Whitespace":
                Rules.Add(new PatternSplit(PreTokenizerPatterns.Words(), SplitBehavior.Removed, isInverted: true));
                break;
            default:
                throw part.Unsupported(part.Type, "Sequence", "ByteLevel", "Metaspace", "Split", "Digits", "Punctuation", "BertPreTokenizer", "WhitespaceSplit", "Whitespace");
        }
    }

    private void ReadByteLevel(JsonPart part)
    {
        IsByteLevel = true;
        AddsPrefix = part.Flag("add_prefix_space") ?? true;
        if (AddsPrefix)
            Normalizers.Add(new Prepend(" ", skipsPresent: true));
        if (part.Flag("use_regex") ?? true)
            Rules.Add(new PatternSplit(PreTokenizerPatterns.Gpt2()));
    }

    private void ReadMetaspace(JsonPart part)
    {
        var scheme = part.Text("prepend_scheme") ?? (part.Flag("add_prefix_space") ?? true ? "always" : "never");
        var prefix = scheme switch
        {
            "always" => SpacePrefix.Always,
            "first" => SpacePrefix.First,
            "never" => SpacePrefix.Never,
            _ => throw new InvalidException($"{part.Path}.prepend_scheme is '{scheme}'; it must be always, first or never."),
        };
        if (part.Text("replacement") is { } mark and not "▁")
            throw new InvalidException($"{part.Path}.replacement is '{mark}'; only '▁' is supported.");
        AddsPrefix = prefix != SpacePrefix.Never;
        Normalizers.Add(new SpaceMarks(prefix, skipsMarked: true));
        if (part.Flag("split") ?? true)
            Rules.Add(new CharacterSplit(character => character == '▁', SplitBehavior.MergedWithNext));
    }

    private static SplitBehavior Behavior(JsonPart part) => part.Text("behavior") switch
    {
        null or "Isolated" or "isolated" => SplitBehavior.Isolated,
        "Removed" or "removed" => SplitBehavior.Removed,
        "MergedWithPrevious" or "merged_with_previous" => SplitBehavior.MergedWithPrevious,
        "MergedWithNext" or "merged_with_next" => SplitBehavior.MergedWithNext,
        "Contiguous" or "contiguous" => SplitBehavior.Contiguous,
        var other => throw new InvalidException($"{part.Path}.behavior is '{other}'; it must be Isolated, Removed, MergedWithPrevious, MergedWithNext or Contiguous."),
    };
}
