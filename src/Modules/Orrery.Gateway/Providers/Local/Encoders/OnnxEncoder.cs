using Microsoft.ML.OnnxRuntime;
using Orrery.Kernel;
using Orrery.Language.Models;

namespace Orrery.Gateway.Providers.Local.Encoders;

/// <summary>
/// A sentence-transformers folder whose weights are an ONNX file, on ONNX Runtime. The graph takes input_ids, attention_mask and perhaps token_type_ids (texts, tokens), and gives
/// states (texts, tokens, width), which are pooled here, or vectors (texts, width).
/// </summary>
internal sealed class OnnxEncoder : ITextEncoder
{
    /// <summary>Tokens of a step, padding among them: beyond it a batch only takes memory.</summary>
    private const int StepTokens = 8192;

    private readonly SentenceTransformerFolder _folder;
    private readonly InferenceSession _session;
    private readonly int _most;

    public OnnxEncoder(SentenceTransformerFolder folder, int threads)
    {
        _folder = folder;
        using var settings = new SessionOptions { IntraOpNumThreads = threads, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        try
        {
            _session = new InferenceSession(folder.OnnxFile!, settings);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new InvalidException($"'{folder.OnnxFile}' cannot be run: {fault.Message}", fault);
        }

        var unknown = _session.InputNames.Except(["input_ids", "attention_mask", "token_type_ids"]).FirstOrDefault();
        var output = _session.OutputMetadata[_session.OutputNames[0]].Dimensions;
        if (unknown is not null || !_session.InputNames.Contains("input_ids") || output is not ({ Length: 2 } or { Length: 3 }) || output[^1] < 1)
        {
            using (_session)
                throw new InvalidException($"'{folder.OnnxFile}' is no encoder that is supported: {(unknown is null ? $"its first output '{_session.OutputNames[0]}' has {output.Length} dimensions" : $"it asks for '{unknown}'")}.");
        }

        Width = output[^1];
        _most = folder.MaxTokens ?? 512;
    }

    public int Width { get; }

    public bool IsCrossEncoder => Width == 1;

    public EncodedTexts Embed(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var tokens = TokenizedTexts.Of(_folder.Tokenizer, texts, _most);
        return new(Run(tokens, null, cancellationToken), tokens.Sum(text => (long)text.Length));
    }

    public EncodedScores Score(string query, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        var (tokens, segments) = TokenizedTexts.Pairs(_folder.Tokenizer, query, texts, _most);
        return new([.. Run(tokens, segments, cancellationToken).Select(logit => 1 / (1 + Math.Exp(-logit[0])))], tokens.Sum(pair => (long)pair.Length));
    }

    public void Dispose() => _session.Dispose();

    private float[][] Run(int[][] texts, int[][]? segments, CancellationToken cancellationToken)
    {
        var vectors = new float[texts.Length][];
        // Texts of like length stand together, so that little is padding.
        int[] order = [.. Enumerable.Range(0, texts.Length).OrderBy(text => texts[text].Length)];
        for (var first = 0; first < order.Length;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var end = first + 1;
            while (end < order.Length && (end + 1 - first) * texts[order[end]].Length <= StepTokens)
                end++;
            Step(texts, segments, order[first..end], vectors);
            first = end;
        }

        return vectors;
    }

    private void Step(int[][] texts, int[][]? segments, int[] chosen, float[][] vectors)
    {
        var longest = chosen.Max(text => texts[text].Length);
        long[] shape = [chosen.Length, longest];
        var (ids, mask, types) = (new long[chosen.Length * longest], new long[chosen.Length * longest], new long[chosen.Length * longest]);
        for (var row = 0; row < chosen.Length; row++)
        {
            var text = texts[chosen[row]];
            for (var i = 0; i < text.Length; i++)
                (ids[row * longest + i], mask[row * longest + i], types[row * longest + i]) = (text[i], 1, segments?[chosen[row]][i] ?? 0);
        }

        using var idValue = OrtValue.CreateTensorValueFromMemory(ids, shape);
        using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, shape);
        using var typeValue = OrtValue.CreateTensorValueFromMemory(types, shape);
        var inputs = new Dictionary<string, OrtValue> { ["input_ids"] = idValue, ["attention_mask"] = maskValue, ["token_type_ids"] = typeValue }
            .Where(input => _session.InputNames.Contains(input.Key)).ToDictionary(input => input.Key, input => input.Value);
        using var options = new RunOptions();
        using var outputs = _session.Run(options, inputs, [_session.OutputNames[0]]);
        var values = outputs[0].GetTensorDataAsSpan<float>();
        var hasStates = outputs[0].GetTensorTypeAndShape().Shape.Length == 3;
        for (var row = 0; row < chosen.Length; row++)
            vectors[chosen[row]] = hasStates ? Pool(values.Slice(row * longest * Width, longest * Width), texts[chosen[row]].Length) : Normalized(values.Slice(row * Width, Width).ToArray());
    }

    private float[] Pool(ReadOnlySpan<float> states, int count)
    {
        var vector = new float[Width];
        var (first, end) = _folder.Pooling switch { Pooling.Mean => (0, count), Pooling.FirstToken => (0, 1), _ => (count - 1, count) };
        for (var token = first; token < end; token++)
        {
            for (var i = 0; i < Width; i++)
                vector[i] += states[token * Width + i] / (end - first);
        }

        return Normalized(vector);
    }

    private float[] Normalized(float[] vector) => _folder.IsNormalized && !IsCrossEncoder ? VectorLength.One(vector) : vector;
}
