using Orrery.Kernel;
using Orrery.Language.Inference.Cache;
using Orrery.Language.Inference.Sampling;
using Orrery.Language.Kernels.Threads;
using Orrery.Language.Models;

namespace Orrery.Language.Inference.Evaluation;

/// <summary>
/// How well a model foresees a text: e to the mean negative log-probability of its tokens. Texts longer than a window are read in windows that overlap, so that a token is judged with
/// at least the overlap before it; each token but the first is judged once.
/// </summary>
public static class Perplexity
{
    private const int StepTokens = 64;

    /// <summary>Reads the text once. It takes memory and threads of its own; generations of the same model go on beside it.</summary>
    /// <param name="model">The model.</param>
    /// <param name="tokens">The text's tokens, with those that the model expects before a text.</param>
    /// <param name="bytes">The text's length in UTF-8, for <see cref="PerplexityReport.BitsPerByte"/>.</param>
    /// <param name="options">Window and overlap.</param>
    /// <param name="progress">Told how many tokens have been judged.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="InvalidException">The text is shorter than two tokens, or the window does not fit the model.</exception>
    public static PerplexityReport Measure(
        LanguageModel model, IReadOnlyList<int> tokens, long bytes, PerplexityOptions? options = null, IProgress<long>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(tokens);
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        options ??= new();
        var (window, overlap) = Check(model, tokens, options);
        int[] text = [.. tokens];
        using var team = new ThreadTeam(model.Threads);
        var reader = new Reader(model, team);
        var (loss, judged) = (0.0, 0L);
        for (var start = 0; ; start += window - overlap)
        {
            var end = Math.Min(text.Length, start + window);
            var first = start == 0 ? 1 : start + overlap;
            foreach (var one in reader.Losses(text, start, end, first, cancellationToken))
                loss += one;
            judged += end - first;
            progress?.Report(judged);
            if (end == text.Length)
                return new(judged, loss, bytes);
        }
    }

    private static (int Window, int Overlap) Check(LanguageModel model, IReadOnlyList<int> tokens, PerplexityOptions options)
    {
        if (tokens.Count < 2)
            throw new InvalidException($"Expected a text of two tokens at least: of {tokens.Count}, none can be foreseen from those before it.");
        var window = options.Window == 0 ? Math.Min(PerplexityOptions.UsualWindow, model.ContextLength) : options.Window;
        if (window < 2 || window > model.ContextLength)
            throw new InvalidException($"Expected a window of 2 to {model.ContextLength} tokens, the model's context, got {window}.");
        var overlap = options.Overlap ?? window / 2;
        if (overlap < 1 || overlap >= window)
            throw new InvalidException($"Expected an overlap of 1 to {window - 1} tokens, less than the window, got {overlap}.");
        for (var i = 0; i < tokens.Count; i++)
        {
            if ((uint)tokens[i] >= (uint)model.Configuration.VocabularySize)
                throw new InvalidException($"Token {tokens[i]} at place {i} is not in the vocabulary of {model.Configuration.VocabularySize}.");
        }

        return (window, overlap);
    }

    private sealed class Reader(LanguageModel model, ThreadTeam team)
    {
        private readonly Decoder _decoder = model.CreateDecoder(team, StepTokens, StepTokens);
        private readonly Batch _batch = new(StepTokens, StepTokens);
        private readonly PagePool _pool = model.CreatePool(long.MaxValue);

        /// <summary>The negative log-probability of each of tokens [first, end), read from <paramref name="start"/> on.</summary>
        public IEnumerable<double> Losses(int[] text, int start, int end, int first, CancellationToken cancellationToken)
        {
            var sequence = new CachedSequence(_pool);
            // The last token foresees nothing that is judged here.
            for (var step = start; step < end - 1; step += StepTokens)
            {
                cancellationToken.ThrowIfCancellationRequested();
                var count = Math.Min(StepTokens, end - 1 - step);
                _batch.Clear();
                _batch.Add(sequence, text.AsSpan(step, count));
                for (var column = Math.Max(0, first - 1 - step); column < count; column++)
                    _batch.Want(column);
                _decoder.Step(_batch);
                for (var row = 0; row < _batch.Wanted.Count; row++)
                    yield return Loss(row, text[step + _batch.Wanted[row] + 1]);
            }

            sequence.Truncate(0);
        }

        private double Loss(int row, int token)
        {
            var logits = _decoder.Logits(row);
            return LogitScan.LogSumExp(logits) - logits[token];
        }
    }
}

/// <summary>How a long text is read.</summary>
public sealed record PerplexityOptions
{
    internal const int UsualWindow = 512;

    /// <summary>Tokens that are read together; 0 takes 512, or the model's context where that is shorter.</summary>
    public int Window { get; init; }

    /// <summary>Tokens of a window that the window before it has judged already; null takes half of it. More is more honest about long contexts, and slower.</summary>
    public int? Overlap { get; init; }
}

/// <summary>How well a text was foreseen.</summary>
/// <param name="Tokens">How many tokens were judged.</param>
/// <param name="NegativeLogLikelihood">The sum of their negative log-probabilities, in nats.</param>
/// <param name="Bytes">The text's length in UTF-8.</param>
public sealed record PerplexityReport(long Tokens, double NegativeLogLikelihood, long Bytes)
{
    /// <summary>e to the mean loss of a token; lower is better. Comparable between models with the same tokeniser alone.</summary>
    public double Perplexity => Math.Exp(NegativeLogLikelihood / Tokens);

    /// <summary>Bits that the model would take to write a byte of the text; lower is better. Comparable between tokenisers. NaN for no bytes.</summary>
    public double BitsPerByte => Bytes == 0 ? double.NaN : NegativeLogLikelihood / Math.Log(2) / Bytes;
}
