using Orrery.Kernel;
using Orrery.Language.Kernels.Threads;
using Orrery.Language.Models;
using Orrery.Language.Weights;

namespace Orrery.Language.Inference;

/// <summary>
/// A BERT-like encoder: vectors of texts, and scores of pairs where it is a cross-encoder. Thread-safe; calls take turns. It works on token ids, special tokens
/// ([CLS], [SEP]) among them: texts belong to a tokenizer.
/// </summary>
public sealed class EmbeddingModel : IDisposable
{
    private const int StepTokens = 2048;

    private readonly Lock _turn = new();
    private readonly EncoderWeights _weights;
    private readonly int _threads;
    private ThreadTeam? _team;
    private Encoder? _encoder;
    private bool _disposed;

    private EmbeddingModel(ModelFile file, int threads)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(threads);
        (File, _threads) = (file, threads);
        Configuration = EncoderConfiguration.Read(file);
        _weights = new(file, Configuration);
    }

    /// <summary>The file, with its metadata and tensors.</summary>
    public ModelFile File { get; }

    /// <summary>The model's shape.</summary>
    public EncoderConfiguration Configuration { get; }

    /// <summary>Outputs of the classifier; 0 where it has none. A reranker has one.</summary>
    public int ClassCount => _weights.Classifier?.Weight.Rows ?? 0;

    /// <summary>Opens an encoder: GGUF, or a folder with safetensors and config.json.</summary>
    /// <param name="path">The file or folder.</param>
    /// <param name="threads">Threads that compute, the caller's among them; 0 takes one for each processor.</param>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidException">It is damaged or no encoder that is supported.</exception>
    public static EmbeddingModel Open(string path, int threads = 0) => new(ModelFile.Open(path), threads);

    /// <summary>A vector of <see cref="EncoderConfiguration.Width"/> components for each text.</summary>
    /// <param name="texts">Token ids of each text, one at least.</param>
    /// <param name="pooling">How tokens become one vector; null as the file says.</param>
    /// <param name="isNormalized">Whether vectors get length 1.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public float[][] Embed(IReadOnlyList<int[]> texts, Pooling? pooling = null, bool isNormalized = true, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        var embeddings = new float[texts.Count][];
        Run(texts, null, (encoder, place, text) =>
        {
            var embedding = embeddings[text] = new float[Configuration.Width];
            encoder.Pool(place, pooling ?? Configuration.Pooling, embedding);
            if (isNormalized)
                Normalize(embedding);
        }, cancellationToken);
        return embeddings;
    }

    /// <summary>The classifier's outputs (logits) for each text or pair of texts.</summary>
    /// <param name="texts">Token ids of each, a pair as the model joins it.</param>
    /// <param name="types">Segment of each token, 0 or 1; null for all 0.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="InvalidException">The model has no classifier.</exception>
    public float[][] Classify(IReadOnlyList<int[]> texts, IReadOnlyList<int[]>? types = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(texts);
        if (ClassCount == 0)
            throw new InvalidException($"'{File.Path}' has no classifier, so it cannot score; use it for embeddings.");
        var scores = new float[texts.Count][];
        Run(texts, types, (encoder, place, text) => scores[text] = encoder.Classify(place), cancellationToken);
        return scores;
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

    /// <summary>Steps of as many whole texts as fit.</summary>
    private void Run(IReadOnlyList<int[]> texts, IReadOnlyList<int[]>? types, Action<Encoder, int, int> take, CancellationToken cancellationToken)
    {
        Check(texts, types);
        lock (_turn)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _team ??= new(_threads == 0 ? Environment.ProcessorCount : _threads);
            _encoder ??= new(Configuration, _weights, _team, Math.Max(StepTokens, Configuration.ContextLength));
            for (var first = 0; first < texts.Count;)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var (end, tokens) = (first, 0);
                while (end < texts.Count && tokens + texts[end].Length <= _encoder.Capacity)
                    tokens += texts[end++].Length;
                _encoder.Step([.. Enumerable.Range(first, end - first).Select(i => texts[i])], [.. Enumerable.Range(first, end - first).Select(i => types?[i])]);
                for (var text = first; text < end; text++)
                    take(_encoder, text - first, text);
                first = end;
            }
        }
    }

    private void Check(IReadOnlyList<int[]> texts, IReadOnlyList<int[]>? types)
    {
        if (types is not null && types.Count != texts.Count)
            throw new ArgumentException($"Expected segments of {texts.Count} texts; got {types.Count}.", nameof(types));
        for (var text = 0; text < texts.Count; text++)
        {
            if (texts[text].Length == 0 || texts[text].Length > Configuration.ContextLength)
                throw new InvalidException($"Text {text} has {texts[text].Length} tokens; expected 1 to {Configuration.ContextLength}. Shorten or split it.");
            if (types is not null && (types[text].Length != texts[text].Length || types[text].Any(type => type is < 0)))
                throw new InvalidException($"Text {text} has {texts[text].Length} tokens and {types[text].Length} segments, or one below 0.");
            foreach (var token in texts[text])
            {
                if ((uint)token >= (uint)Configuration.VocabularySize)
                    throw new InvalidException($"Token {token} of text {text} is not in the vocabulary of {Configuration.VocabularySize}.");
            }
        }
    }

    private static void Normalize(float[] vector)
    {
        var length = Math.Sqrt(vector.Sum(value => (double)value * value));
        for (var i = 0; i < vector.Length && length > 0; i++)
            vector[i] = (float)(vector[i] / length);
    }
}
