using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Models;
using Orrery.Language.Tokenizers;
using Orrery.Language.Tokenizers.Loading;

namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>A BERT-like encoder or cross-encoder on the engine of this process: a sentence-transformers folder with safetensors, or a GGUF file.</summary>
internal sealed class TransformerEncoder : ITextEncoder
{
    private readonly EmbeddingModel _model;
    private readonly Tokenizer _tokenizer;
    private readonly Pooling? _pooling;
    private readonly bool _isNormalized;
    private readonly int _most;

    private TransformerEncoder(EmbeddingModel model, Tokenizer tokenizer, Pooling? pooling, bool isNormalized, int most) =>
        (_model, _tokenizer, _pooling, _isNormalized, _most) = (model, tokenizer, pooling, isNormalized, most);

    public int Width => _model.Configuration.Width;

    public bool IsCrossEncoder => _model.ClassCount == 1;

    public static TransformerEncoder OpenFolder(SentenceTransformerFolder folder, int threads)
    {
        var model = EmbeddingModel.Open(folder.Path, threads);
        return Checked(model, folder.Tokenizer, folder.Pooling, folder.IsNormalized, folder.MaxTokens);
    }

    /// <summary>GGUF says the pooling itself; llama.cpp normalises always, and so does this.</summary>
    public static TransformerEncoder OpenFile(string path, int threads)
    {
        var model = EmbeddingModel.Open(path, threads);
        return Checked(model, GgufTokenizer.Load(model.File.Metadata), null, isNormalized: true, null);
    }

    public EncodedTexts Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var tokens = TokenizedTexts.Of(_tokenizer, texts, _most);
        return new(_model.Embed(tokens, _pooling, _isNormalized, cancellationToken), tokens.Sum(text => (long)text.Length));
    }

    public EncodedScores Score(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var (tokens, segments) = TokenizedTexts.Pairs(_tokenizer, query, texts, _most);
        // The logistic function of the one output, as sentence-transformers' CrossEncoder has it.
        var scores = _model.Classify(tokens, segments, cancellationToken).Select(logit => 1 / (1 + Math.Exp(-logit[0])));
        return new([.. scores], tokens.Sum(pair => (long)pair.Length));
    }

    public void Dispose() => _model.Dispose();

    private static TransformerEncoder Checked(EmbeddingModel model, Tokenizer tokenizer, Pooling? pooling, bool isNormalized, int? most)
    {
        if (tokenizer.Vocabulary.Count <= model.Configuration.VocabularySize)
            return new(model, tokenizer, pooling, isNormalized, Math.Min(most ?? int.MaxValue, model.Configuration.ContextLength));
        using (model)
            throw new InvalidException($"The tokenizer of '{model.File.Path}' has {tokenizer.Vocabulary.Count} tokens and the model {model.Configuration.VocabularySize}: they are not of one kind.");
    }
}
