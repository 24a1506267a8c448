using Orrery.Kernel;
using Orrery.Language.Tokenizers.Models;
using Orrery.Language.Tokenizers.Normalizers;
using Orrery.Language.Tokenizers.Splitting;

namespace Orrery.Language.Tokenizers.Loading;

/// <summary>BERT's <c>vocab.txt</c>: one token a line, the line's number is the id.</summary>
public static class WordPieceVocabulary
{
    /// <summary>Builds the tokeniser of an uncased model.</summary>
    /// <exception cref="InvalidException">One of <c>[UNK] [CLS] [SEP]</c> is missing.</exception>
    public static Tokenizer Load(TextReader reader, WordPieceCase letterCase = WordPieceCase.Uncased)
    {
        ArgumentNullException.ThrowIfNull(reader);
        var texts = new List<string>();
        while (reader.ReadLine() is { } line)
            texts.Add(line);
        var kinds = texts.Select(text => text is "[UNK]" or "[CLS]" or "[SEP]" or "[PAD]" or "[MASK]" ? TokenKind.Control : TokenKind.Normal).ToArray();
        var vocabulary = new Vocabulary([.. texts], kinds, TokenSpelling.WordPiece);
        int Needed(string name) => vocabulary.Find(name) ?? throw new InvalidException($"The vocabulary has no {name}; a WordPiece vocabulary needs it.");
        var (unknown, start, end) = (Needed("[UNK]"), Needed("[CLS]"), Needed("[SEP]"));
        var isUncased = letterCase == WordPieceCase.Uncased;
        return new Tokenizer(new TokenizerParts
        {
            Vocabulary = vocabulary,
            Special = new SpecialTokens { Unknown = unknown, Classification = start, Separator = end, Padding = vocabulary.Find("[PAD]"), Mask = vocabulary.Find("[MASK]") },
            Added = [.. Enumerable.Range(0, vocabulary.Count).Where(id => vocabulary.Kind(id) == TokenKind.Control).Select(id => new AddedToken(id, vocabulary.Text(id), NeedsConsent: true))],
            Normalizer = new BertText(new BertTextOptions { Lowercases = isUncased, StripsAccents = isUncased }),
            Splitter = new TextSplitter(BertSplit.Rules),
            Model = new WordPieceModel(vocabulary, new WordPieceOptions { UnknownId = unknown }),
            Template = new SequenceTemplate([start], [end], [end]),
            DropsFirstSpace = true,
        });
    }
}

/// <summary>Whether a WordPiece model tells capitals from small letters.</summary>
public enum WordPieceCase
{
    /// <summary>Everything is lower case and without accents.</summary>
    Uncased,

    /// <summary>Letters stay as they are.</summary>
    Cased,
}
