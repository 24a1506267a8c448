using Orrery.Language.Tokenizers.Models;
using Orrery.Language.Tokenizers.Normalizers;
using Orrery.Language.Tokenizers.Splitting;

namespace Orrery.Language.Tokenizers;

/// <summary>
/// Text to tokens and back, as the model was trained: added tokens are cut out, what is left is normalised, split by the family's pre-tokeniser, and each
/// piece is spelt by the model's subwords (byte-level BPE, SentencePiece BPE or unigram, WordPiece). Immutable, thread-safe.
/// </summary>
public sealed class Tokenizer
{
    private readonly AddedTokenSplitter _added;
    private readonly TextNormalizer _normalizer;
    private readonly TextSplitter _splitter;
    private readonly ISubwordModel _model;
    private readonly SequenceTemplate _template;

    internal Tokenizer(TokenizerParts parts)
    {
        Vocabulary = parts.Vocabulary;
        Special = parts.Special;
        DropsFirstSpace = parts.DropsFirstSpace;
        _added = new AddedTokenSplitter(parts.Added);
        _normalizer = parts.Normalizer;
        _splitter = parts.Splitter;
        _model = parts.Model;
        _template = parts.Template;
    }

    /// <summary>The tokens.</summary>
    public Vocabulary Vocabulary { get; }

    /// <summary>The tokens with a part of their own.</summary>
    public SpecialTokens Special { get; }

    /// <summary>The model puts a space before a text; decoding takes it away again.</summary>
    internal bool DropsFirstSpace { get; }

    /// <summary>The tokens of a text.</summary>
    /// <param name="text">Any text; unpaired surrogates are read as U+FFFD.</param>
    /// <param name="options">What is added and parsed; <see cref="EncodeOptions.Text"/> by default.</param>
    /// <returns>Token ids; empty for an empty text without special tokens.</returns>
    public int[] Encode(string text, EncodeOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(text);
        options ??= EncodeOptions.Text;
        var ids = new List<int>(text.Length / 3 + 8);
        if (options.AddSpecial)
            ids.AddRange(_template.Before);
        EncodeInto(text, options, ids);
        if (options.AddSpecial)
            ids.AddRange(_template.After);
        return [.. ids];
    }

    /// <summary>The tokens of two texts that belong together (a query and a passage), with the tokens that the model expects around and between them.</summary>
    public int[] EncodePair(string first, string second)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var ids = new List<int>(_template.Before);
        EncodeInto(first, EncodeOptions.Text, ids);
        ids.AddRange(_template.Between);
        EncodeInto(second, EncodeOptions.Text, ids);
        ids.AddRange(_template.After);
        return [.. ids];
    }

    /// <summary>The text of tokens; bytes that are no character become U+FFFD.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An id is not of this vocabulary.</exception>
    public string Decode(ReadOnlySpan<int> ids, DecodeOptions? options = null)
    {
        var stream = new StreamingDetokenizer(this, options);
        var text = new System.Text.StringBuilder();
        foreach (var id in ids)
            text.Append(stream.Append(id));
        return text.Append(stream.Finish()).ToString();
    }

    private void EncodeInto(string text, EncodeOptions options, List<int> ids)
    {
        var start = 0;
        var isFirst = true;
        while (start < text.Length)
        {
            var isFound = _added.TryFind(text, start, options.ParseSpecial, out var at, out var token);
            var end = isFound ? at : text.Length;
            if (isFound && token.Trim.HasFlag(AddedTokenTrim.Left))
                end = start + text.AsSpan(start, end - start).TrimEnd().Length;
            EncodeFragment(text[start..end], isFirst, ids);
            isFirst = false;
            if (!isFound)
                return;
            ids.Add(token.Id);
            start = at + token.Text.Length;
            if (token.Trim.HasFlag(AddedTokenTrim.Right))
                start = text.Length - text.AsSpan(start).TrimStart().Length;
        }
    }

    private void EncodeFragment(string fragment, bool isFirst, List<int> ids)
    {
        if (fragment.Length == 0)
            return;
        var text = _normalizer.Normalize(fragment, isFirst);
        foreach (var (start, length) in _splitter.Split(text))
            _model.Encode(text.AsSpan(start, length), ids);
    }
}
