using Orrery.Kernel;
using Orrery.Language.Tokenizers.Models;
using Orrery.Language.Tokenizers.Normalizers;
using Orrery.Language.Tokenizers.Splitting;
using Orrery.Language.Weights;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>The tokeniser that a GGUF file carries in its metadata, under <c>tokenizer.ggml.*</c>.</summary>
public static class GgufTokenizer
{
    /// <summary>Builds it.</summary>
    /// <param name="metadata">What the file says about itself.</param>
    /// <exception cref="InvalidException">A key is missing or contradicts another, or the kind of tokeniser is not known.</exception>
    public static Tokenizer Load(ModelMetadata metadata)
    {
        ArgumentNullException.ThrowIfNull(metadata);
        var keys = new GgufKeys(metadata);
        var model = keys.Text("tokenizer.ggml.model") ?? throw new InvalidException("The GGUF file has no tokenizer: the key 'tokenizer.ggml.model' is missing.");
        return new Tokenizer(model switch
        {
            "gpt2" => BytePairs(keys),
            "llama" => SentencePieces(keys),
            "t5" => Unigrams(keys),
            "bert" => WordPieces(keys),
            _ => throw new InvalidException($"The tokenizer model '{model}' is not known; known are bert, gpt2, llama, t5."),
        });
    }

    private static TokenizerParts BytePairs(GgufKeys keys)
    {
        var vocabulary = keys.Vocabulary(TokenSpelling.ByteLevel);
        var family = keys.Text("tokenizer.ggml.pre") ?? "default";
        var isLlama3 = family is "llama3" or "llama-v3" or "llama-bpe" or "falcon3" or "pixtral";
        var pairs = keys.Texts("tokenizer.ggml.merges")?.Select(SplitMerge).ToList()
            ?? throw new InvalidException("The GGUF file's tokenizer is a BPE without merges: the key 'tokenizer.ggml.merges' is missing.");
        var special = keys.Special(vocabulary);
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Special = special,
            Added = Added(keys, vocabulary),
            Splitter = PreTokenizers.Find(family),
            Model = new ByteLevelModel(vocabulary, MergeTable.FromPairs(vocabulary, pairs), prefersWholePieces: isLlama3 || family is "tekken" or "youtu"),
            Template = keys.Template(special, addsBos: isLlama3 || family is "tekken", addsEos: false),
        };
    }

    private static TokenizerParts SentencePieces(GgufKeys keys)
    {
        var vocabulary = keys.Vocabulary(TokenSpelling.SentencePiece);
        var special = keys.Special(vocabulary);
        var hasPrefix = keys.Flag("tokenizer.ggml.add_space_prefix") ?? true;
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Special = special,
            Added = Added(keys, vocabulary),
            Normalizer = new SpaceMarks(hasPrefix ? SpacePrefix.Always : SpacePrefix.Never),
            Model = new CharacterPairModel(vocabulary, MergeTable.FromScores(vocabulary, keys.Scores(vocabulary)),
                new CharacterPairOptions { FallsBackToBytes = true, UnknownId = special.Unknown ?? 0 }),
            Template = keys.Template(special, addsBos: true, addsEos: false),
            DropsFirstSpace = hasPrefix,
        };
    }

    private static TokenizerParts Unigrams(GgufKeys keys)
    {
        var vocabulary = keys.Vocabulary(TokenSpelling.SentencePiece);
        var special = keys.Special(vocabulary);
        var hasPrefix = keys.Flag("tokenizer.ggml.add_space_prefix") ?? true;
        var marks = new SpaceMarks(hasPrefix ? SpacePrefix.Always : SpacePrefix.Never, keys.Flag("tokenizer.ggml.remove_extra_whitespaces") ?? true);
        var map = keys.Bytes("tokenizer.ggml.precompiled_charsmap");
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Special = special,
            Added = Added(keys, vocabulary),
            Normalizer = map is { Length: > 0 } ? TextNormalizer.Of(new PrecompiledMap(map), marks) : marks,
            Model = new UnigramModel(vocabulary, keys.Scores(vocabulary), special.Unknown ?? 2),
            Template = keys.Template(special, addsBos: false, addsEos: true),
            DropsFirstSpace = hasPrefix,
        };
    }

    private static TokenizerParts WordPieces(GgufKeys keys)
    {
        var vocabulary = keys.Vocabulary(TokenSpelling.SentencePiece);
        var special = keys.Special(vocabulary);
        int Needed(int? id, string name) => id ?? throw new InvalidException($"The GGUF file's WordPiece tokenizer names no {name} token.");
        var (start, end) = (Needed(special.Classification ?? special.Bos, "CLS"), Needed(special.Separator ?? special.Eos, "SEP"));
        return new TokenizerParts
        {
            Vocabulary = vocabulary,
            Special = special,
            Added = Added(keys, vocabulary),
            Normalizer = new BertText(new BertTextOptions()),
            Splitter = new TextSplitter(BertSplit.Rules),
            Model = new WordPieceModel(vocabulary, new WordPieceOptions { UnknownId = Needed(special.Unknown, "UNK"), FirstPrefix = "▁", ContinuingPrefix = "" }),
            Template = new SequenceTemplate([start], [end], [end]),
            DropsFirstSpace = true,
        };
    }

    private static (string Left, string Right) SplitMerge(string merge, int rank)
    {
        // A token may itself be a space in no byte-level vocabulary, but the search starts at 1 so that neither side is empty.
        var cut = merge.Length > 2 ? merge.IndexOf(' ', 1) : -1;
        return cut < 0 || cut == merge.Length - 1 ? throw new InvalidException($"Merge {rank} of the tokenizer is '{merge}', not two tokens with a space between.") : (merge[..cut], merge[(cut + 1)..]);
    }

    private static List<AddedToken> Added(GgufKeys keys, Vocabulary vocabulary)
    {
        // Phi-3's own tokenizer.json gives its control tokens rstrip, which GGUF has no key for.
        var swallows = keys.Text("general.architecture") == "phi3";
        var added = new List<AddedToken>();
        for (var id = 0; id < vocabulary.Count; id++)
        {
            var kind = vocabulary.Kind(id);
            var text = vocabulary.Text(id);
            if (kind is not (TokenKind.Control or TokenKind.UserDefined or TokenKind.Unknown) || text.Length == 0)
                continue;
            var trims = swallows && text is not ("<unk>" or "<s>" or "<|endoftext|>");
            added.Add(new AddedToken(id, text, NeedsConsent: kind != TokenKind.UserDefined, trims ? AddedTokenTrim.Right : AddedTokenTrim.None));
        }

        return added;
    }
}
