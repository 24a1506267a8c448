using System.Runtime.Intrinsics;
using Orrery.Language.Kernels;
using Orrery.Language.Kernels.Threads;
using Orrery.Language.Models;

namespace Orrery.Language.Sentences;

/// <summary>The forward pass over a few texts that stand one after the other, without padding. One call at a time.</summary>
internal sealed unsafe class SentenceForward
{
    /// <summary>Tokens together; four of the longest texts.</summary>
    public const int Capacity = 4 * SentenceEncoder.MaxTokens;

    private const float NormEpsilon = 1e-6f;

    // The graph multiplies with √4.
    private const float EmbeddingScale = 2;

    private readonly SentenceEncoderWeights _weights;
    private readonly ThreadTeam _team;
    private readonly Products _products;

    // (tokens, width) but for the joined queries, keys and values (tokens, 3 × width) and the feed-forward's inner (tokens, its length)
    private readonly NativeArray<float> _input, _hidden, _normed, _joined, _mixed, _change, _inner;
    private readonly int[] _starts = new int[Capacity + 1];
    private readonly int[] _text = new int[Capacity];

    public SentenceForward(SentenceEncoderWeights weights, ThreadTeam team)
    {
        (_weights, _team) = (weights, team);
        var widest = Math.Max(weights.Width, weights.InputWidth);
        NativeArray<float> Columns(int width) => new((long)Capacity * width);
        (_input, _hidden, _normed, _joined) = (Columns(weights.InputWidth), Columns(widest), Columns(widest), Columns(3 * widest));
        (_mixed, _change, _inner) = (Columns(widest), Columns(widest), Columns(weights.FeedForwardLength));
        _products = new(team, new(Math.Max(widest, weights.FeedForwardLength), Capacity));
    }

    /// <summary>Vectors of length 1.</summary>
    public float[][] Run(IReadOnlyList<int[]> texts)
    {
        var count = Place(texts);
        for (var i = 0; i < _weights.Layers.Count; i++)
            Run(_weights.Layers[i], isFirst: i == 0, count);
        return [.. Enumerable.Range(0, texts.Count).Select(Pool)];
    }

    private int Place(IReadOnlyList<int[]> texts)
    {
        var (count, width) = (0, _weights.InputWidth);
        for (var text = 0; text < texts.Count; text++)
        {
            _starts[text] = count;
            for (var position = 0; position < texts[text].Length; position++, count++)
            {
                var x = _input.Pointer + (long)count * width;
                _text[count] = text;
                _weights.Embeddings.ReadRow(texts[text][position], x);
                Elementwise.Scale(x, EmbeddingScale, width);
                for (var i = 0; i < width / 2; i++)
                {
                    var (sine, cosine) = Math.SinCos(position * (double)_weights.Frequencies.Pointer[i]);
                    x[i] += (float)sine;
                    x[width / 2 + i] += (float)cosine;
                }
            }
        }

        _starts[texts.Count] = count;
        return count;
    }

    private void Run(SentenceLayer layer, bool isFirst, int count)
    {
        var (narrow, width, inner) = (layer.Width, _weights.Width, _weights.FeedForwardLength);
        var input = isFirst ? _input.Pointer : _hidden.Pointer;
        Each(count, token => Norm(input + (long)token * narrow, layer.AttentionNorm, narrow, _normed.Pointer + (long)token * narrow));
        Apply(layer.QueryKeyValue, _normed.Pointer, count, _joined.Pointer);
        Each(count, token => Attend(token, narrow));
        Apply(layer.Output, _mixed.Pointer, count, _change.Pointer);
        if (isFirst)
            Apply(_weights.Residual, input, count, _hidden.Pointer);
        Each(count, token =>
        {
            Elementwise.Add(_hidden.Pointer + (long)token * width, _change.Pointer + (long)token * width, width);
            Norm(_hidden.Pointer + (long)token * width, layer.FeedForwardNorm, width, _normed.Pointer + (long)token * width);
        });
        Apply(layer.Up, _normed.Pointer, count, _inner.Pointer);
        Each(count, token => Rectify(_inner.Span((long)token * inner, inner)));
        Apply(layer.Down, _inner.Pointer, count, _change.Pointer);
        Each(count, token => Elementwise.Add(_hidden.Pointer + (long)token * width, _change.Pointer + (long)token * width, width));
    }

    /// <summary>One token to all of its text, head by head: at most 128 of them, so the scores fit on the stack.</summary>
    private void Attend(int token, int width)
    {
        var dimension = width / SentenceEncoder.HeadCount;
        var (first, end) = (_starts[_text[token]], _starts[_text[token] + 1]);
        Span<float> scores = stackalloc float[end - first];
        for (var head = 0; head < SentenceEncoder.HeadCount; head++)
        {
            var joined = _joined.Pointer + head * dimension;
            var query = joined + (long)token * 3 * width;
            for (var other = first; other < end; other++)
                scores[other - first] = Dot(query, joined + (long)other * 3 * width + width, dimension) / MathF.Sqrt(dimension);
            SoftMax(scores);
            var mixed = _mixed.Pointer + (long)token * width + head * dimension;
            new Span<float>(mixed, dimension).Clear();
            for (var other = first; other < end; other++)
                AddScaled(mixed, joined + (long)other * 3 * width + 2 * width, scores[other - first], dimension);
        }
    }

    private float[] Pool(int text)
    {
        var width = _weights.Width;
        _normed.Span(0, width).Clear();
        for (var token = _starts[text]; token < _starts[text + 1]; token++)
            Elementwise.Add(_normed.Pointer, _hidden.Pointer + (long)token * width, width);
        Elementwise.Scale(_normed.Pointer, 1f / (_starts[text + 1] - _starts[text]), width);
        Apply(_weights.Output, _normed.Pointer, 1, _change.Pointer);
        var vector = new float[width];
        for (var i = 0; i < width; i++)
            vector[i] = MathF.Tanh(_change.Pointer[i]);
        var length = MathF.Sqrt(vector.Sum(value => value * value));
        for (var i = 0; i < width; i++)
            vector[i] /= length;
        return vector;
    }

    private void Apply(Linear linear, float* input, int count, float* output)
    {
        _products.Multiply(input, linear.Weight.Columns, count, linear.Weight, output);
        var rows = linear.Weight.Rows;
        Each(count, token => Elementwise.Add(output + (long)token * rows, linear.Bias.Pointer, rows));
    }

    private void Each(int count, Action<int> body) => new RowWork(body).Run(_team, count);

    private static void Norm(float* x, Norm norm, int width, float* output) => Elementwise.LayerNorm(x, norm.Weight.Pointer, norm.Bias!.Pointer, NormEpsilon, width, output);

    private static void Rectify(Span<float> x)
    {
        for (var i = 0; i < x.Length; i++)
            x[i] = Math.Max(x[i], 0);
    }

    private static void SoftMax(Span<float> scores)
    {
        var most = float.NegativeInfinity;
        foreach (var score in scores)
            most = Math.Max(most, score);
        var sum = 0f;
        foreach (ref var score in scores)
            sum += score = MathF.Exp(score - most);
        foreach (ref var score in scores)
            score /= sum;
    }

    private static float Dot(float* x, float* y, int length)
    {
        var sum = Vector256<float>.Zero;
        var i = 0;
        for (; i <= length - 8; i += 8)
            sum = Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Load(y + i), sum);
        var total = Vector256.Sum(sum);
        for (; i < length; i++)
            total += x[i] * y[i];
        return total;
    }

    private static void AddScaled(float* target, float* x, float factor, int length)
    {
        var i = 0;
        for (; i <= length - 8; i += 8)
            Vector256.FusedMultiplyAdd(Vector256.Load(x + i), Vector256.Create(factor), Vector256.Load(target + i)).Store(target + i);
        for (; i < length; i++)
            target[i] += factor * x[i];
    }
}
