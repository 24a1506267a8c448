using System.Runtime.CompilerServices;
using Orrery.Kernel;
using Orrery.Language.Adapters;
using Orrery.Language.Inference.Cache;
using Orrery.Language.Inference.Scheduling;
using Orrery.Language.Kernels.Threads;
using Orrery.Language.Models;
using Orrery.Language.Weights;

namespace Orrery.Language.Inference;

/// <summary>
/// A decoder-only model that generates tokens for many callers at once. Weights stay in the file, memory-mapped; threads and the cache are taken with the first
/// generation. Thread-safe. It works on token ids: texts belong to a tokenizer.
/// </summary>
public sealed class LanguageModel : IDisposable
{
    private readonly DecoderWeights _weights;
    private readonly LanguageModelOptions _options;
    private readonly Lock _starting = new();
    private ThreadTeam? _team;
    private Scheduler? _scheduler;
    private bool _disposed;

    private LanguageModel(ModelFile file, LanguageModelOptions options)
    {
        options.Validate();
        (File, _options) = (file, options);
        Configuration = ConfigurationReader.Read(file);
        _weights = new(file, Configuration);
        ContextLength = options.ContextLength == 0 ? Configuration.ContextLength : Math.Min(options.ContextLength, Configuration.ContextLength);
    }

    /// <summary>The file, with its metadata and tensors.</summary>
    public ModelFile File { get; }

    /// <summary>The model's shape.</summary>
    public ModelConfiguration Configuration { get; }

    /// <summary>Positions that a sequence may have, prompt and answer together.</summary>
    public int ContextLength { get; }

    /// <summary>Bytes of the cache for one position of one sequence.</summary>
    public long CacheBytesPerPosition => CacheBytes(Configuration);

    /// <summary>Threads that compute.</summary>
    internal int Threads => _options.Threads == 0 ? Environment.ProcessorCount : _options.Threads;

    /// <summary>Opens a model: GGUF, safetensors with config.json (a file or folder), or a llama2.c checkpoint.</summary>
    /// <exception cref="NotFoundException">There is no such file.</exception>
    /// <exception cref="InvalidException">The file is damaged, or its architecture or a format in it is not supported.</exception>
    public static LanguageModel Open(string path, LanguageModelOptions? options = null) => Open(ModelFile.Open(path), options);

    /// <summary>Runs a file that is open already.</summary>
    public static LanguageModel Open(ModelFile file, LanguageModelOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(file);
        return new(file, options ?? new());
    }

    /// <summary>Opens an adapter of this model: a folder with PEFT's adapter_config.json and adapter_model.safetensors.</summary>
    /// <exception cref="NotFoundException">There is no such folder or file.</exception>
    /// <exception cref="InvalidException">It is damaged, does not fit the model, or does more than low-rank products of attention and feed-forward projections.</exception>
    public LoraAdapter OpenAdapter(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return PeftReader.Read(folder, this);
    }

    /// <summary>
    /// Generates tokens after a prompt, one by one as they are chosen; the last says why it ended. Many may run at once: each step of the model serves all of them.
    /// A cancelled one leaves within a step.
    /// </summary>
    /// <exception cref="InvalidException">The prompt is empty, too long, or holds a token that is not in the vocabulary.</exception>
    /// <exception cref="UnavailableException">The cache is too small for it.</exception>
    public IAsyncEnumerable<GeneratedToken> GenerateAsync(IReadOnlyList<int> prompt, GenerationOptions? options = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(prompt);
        options ??= new();
        options.Validate();
        if (options.Adapter is { } adapter && adapter.Model != this)
            throw new ArgumentException($"The adapter '{adapter.Path}' was opened for another model.", nameof(options));
        CheckPrompt(prompt);
        return StreamAsync([.. prompt], options, cancellationToken);
    }

    /// <summary>Ends all generations and the threads.</summary>
    public void Dispose()
    {
        lock (_starting)
        {
            _disposed = true;
            _scheduler?.Dispose();
            _team?.Dispose();
        }
    }

    internal static long CacheBytes(ModelConfiguration shape) => 2L * sizeof(float) * shape.LayerCount * shape.KeyValueHeadCount * shape.HeadDimension;

    internal Decoder CreateDecoder(ThreadTeam team, int capacity, int logitCapacity) => new(Configuration, _weights, team, capacity, logitCapacity);

    internal PagePool CreatePool(long mostBytes) => new(Configuration.LayerCount, Configuration.KeyValueHeadCount, Configuration.HeadDimension, mostBytes);

    private async IAsyncEnumerable<GeneratedToken> StreamAsync(int[] prompt, GenerationOptions options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Leaving the enumeration early cancels too: nobody is left to read.
        using var left = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var request = Started().Start(prompt, options, left.Token);
        try
        {
            await foreach (var token in request.Output.ReadAllAsync(cancellationToken).ConfigureAwait(false))
                yield return token;
        }
        finally
        {
            await left.CancelAsync().ConfigureAwait(false);
        }
    }

    private void CheckPrompt(IReadOnlyList<int> prompt)
    {
        if (prompt.Count == 0)
            throw new InvalidException("Expected a prompt of at least one token; begin with the model's begin token, if it has one.");
        if (prompt.Count >= ContextLength)
            throw new InvalidException($"The prompt has {prompt.Count} tokens, and the context {ContextLength} with room for one answer at least. Shorten it.");
        for (var i = 0; i < prompt.Count; i++)
        {
            if ((uint)prompt[i] >= (uint)Configuration.VocabularySize)
                throw new InvalidException($"Token {prompt[i]} at place {i} is not in the vocabulary of {Configuration.VocabularySize}.");
        }
    }

    private Scheduler Started()
    {
        lock (_starting)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            if (_scheduler is not null)
                return _scheduler;
            _team = new(Threads);
            var pool = CreatePool(_options.CacheBytes);
            // A row of logits for each sequence, and some for guesses.
            var rows = Math.Min(_options.StepTokens, _options.MaxSequences + GenerationOptions.MostLookAhead);
            var decoder = CreateDecoder(_team, _options.StepTokens, rows);
            return _scheduler = new(decoder, new(_options.StepTokens, rows), pool, Configuration, ContextLength, _options.MaxSequences);
        }
    }
}
