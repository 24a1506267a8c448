using Orrery.Language.Inference.Cache;
using Orrery.Language.Kernels;
using Orrery.Language.Kernels.Attention;
using Orrery.Language.Kernels.Threads;

namespace Orrery.Language.Models;

/// <summary>
/// A BERT-like encoder: every token sees every other of its text. Texts of any lengths stand in a batch one after the other, without padding. One step at a time.
/// </summary>
internal sealed unsafe class Encoder
{
    private readonly EncoderConfiguration _shape;
    private readonly EncoderWeights _weights;
    private readonly ThreadTeam _team;
    private readonly Products _products;
    private readonly PagedAttention _attention;
    private readonly PagePool _pool;
    private readonly Batch _batch;
    private readonly int[] _types;
    private readonly RowWork _embed, _place, _addAttention, _activate, _addFeedForward;

    // (columns, width) but the last, which is (columns, feed-forward length)
    private readonly NativeArray<float> _hidden, _queries, _keys, _values, _mixed, _change, _inner;
    private EncoderLayer _layer = null!;

    public Encoder(EncoderConfiguration shape, EncoderWeights weights, ThreadTeam team, int capacity)
    {
        (_shape, _weights, _team) = (shape, weights, team);
        NativeArray<float> Columns(int width) => new((long)capacity * width);
        (_hidden, _queries, _keys, _values) = (Columns(shape.Width), Columns(shape.Width), Columns(shape.Width), Columns(shape.Width));
        (_mixed, _change, _inner) = (Columns(shape.Width), Columns(shape.Width), Columns(shape.FeedForwardLength));
        _products = new(team, new(Math.Max(shape.Width, shape.FeedForwardLength), capacity));
        _attention = new(shape.HeadCount, shape.HeadCount, shape.HeadDimension, isCausal: false);
        // One layer's keys and values at a time; a page a text beyond what its tokens fill.
        _pool = new(1, shape.HeadCount, shape.HeadDimension, long.MaxValue);
        _batch = new(capacity, 1);
        _types = new int[capacity];
        _embed = new(Embed);
        _place = new(Place);
        _addAttention = new(column => AddNormed(column, _layer.Output.Bias, _layer.AttentionNorm));
        _activate = new(Activate);
        _addFeedForward = new(column => AddNormed(column, _layer.Down.Bias, _layer.OutputNorm));
    }

    public int Capacity => _batch.Capacity;

    /// <summary>Reads texts, at most <see cref="Capacity"/> tokens together. Their states stay until the next call.</summary>
    /// <param name="texts">Tokens of each.</param>
    /// <param name="types">Segment of each token (0, or 1 for the second text of a pair); null for all 0.</param>
    public void Step(ReadOnlySpan<int[]> texts, ReadOnlySpan<int[]?> types)
    {
        _batch.Clear();
        var sequences = new CachedSequence[texts.Length];
        for (var i = 0; i < texts.Length; i++)
        {
            var start = _batch.Count;
            _batch.Add(sequences[i] = new(_pool), texts[i]);
            for (var j = 0; j < texts[i].Length; j++)
                _types[start + j] = types[i] is { } given ? given[j] : 0;
        }

        _attention.Begin(_batch.Segments);
        _embed.Run(_team, _batch.Count);
        foreach (var layer in _weights.Layers)
            Run(layer, _batch.Count);
        foreach (var sequence in sequences)
            sequence.Truncate(0);
    }

    /// <summary>One vector of a text of the last step.</summary>
    public void Pool(int text, Pooling pooling, Span<float> pooled)
    {
        var segment = _batch.Segments[text];
        var column = segment.Column + (pooling is Pooling.LastToken ? segment.Count - 1 : 0);
        State(column).CopyTo(pooled);
        if (pooling is not Pooling.Mean)
            return;
        fixed (float* sum = pooled)
        {
            for (var i = 1; i < segment.Count; i++)
                Elementwise.Add(sum, _hidden.Pointer + (long)(column + i) * _shape.Width, _shape.Width);
            Elementwise.Scale(sum, 1f / segment.Count, _shape.Width);
        }
    }

    /// <summary>The classifier's outputs for a text of the last step.</summary>
    public float[] Classify(int text)
    {
        var input = _hidden.Pointer + (long)_batch.Segments[text].Column * _shape.Width;
        if (_weights.Pooler is { } pooler)
        {
            Apply(pooler, input, 1, _change.Pointer);
            for (var i = 0; i < _shape.Width; i++)
                _change.Pointer[i] = MathF.Tanh(_change.Pointer[i]);
            input = _change.Pointer;
        }

        var classifier = _weights.Classifier ?? throw new InvalidOperationException("The model has no classifier.");
        Apply(classifier, input, 1, _inner.Pointer);
        return _inner.Span(0, classifier.Weight.Rows).ToArray();
    }

    private Span<float> State(int column) => _hidden.Span((long)column * _shape.Width, _shape.Width);

    private void Run(EncoderLayer layer, int count)
    {
        _layer = layer;
        var width = _shape.Width;
        _products.Multiply(
            _hidden.Pointer, width, count, layer.Query.Weight, _queries.Pointer, layer.Key.Weight, _keys.Pointer, layer.Value.Weight, _values.Pointer);
        _place.Run(_team, count);
        _attention.Run(_team, 0, _queries.Pointer, _mixed.Pointer, 0, 1 / MathF.Sqrt(_shape.HeadDimension), 0);
        _products.Multiply(_mixed.Pointer, width, count, layer.Output.Weight, _change.Pointer);
        _addAttention.Run(_team, count);
        _products.Multiply(_hidden.Pointer, width, count, layer.Up.Weight, _inner.Pointer);
        _activate.Run(_team, count);
        _products.Multiply(_inner.Pointer, _shape.FeedForwardLength, count, layer.Down.Weight, _change.Pointer);
        _addFeedForward.Run(_team, count);
    }

    private void Embed(int column)
    {
        var width = _shape.Width;
        var hidden = Hidden(column);
        var change = Change(column);
        _weights.Embeddings.ReadRow(_batch.Tokens[column], hidden);
        _weights.Positions.ReadRow(_batch.Positions[column] + _shape.PositionOffset, change);
        Elementwise.Add(hidden, change, width);
        if (_weights.Types is { } types)
        {
            types.ReadRow(Math.Min(_types[column], types.Rows - 1), change);
            Elementwise.Add(hidden, change, width);
        }

        Normalize(hidden, _weights.EmbeddingNorm);
    }

    private void Place(int column)
    {
        var (width, dimension) = (_shape.Width, _shape.HeadDimension);
        var query = _queries.Pointer + (long)column * width;
        var key = _keys.Pointer + (long)column * width;
        var value = _values.Pointer + (long)column * width;
        Elementwise.Add(query, _layer.Query.Bias.Pointer, width);
        Elementwise.Add(key, _layer.Key.Bias.Pointer, width);
        Elementwise.Add(value, _layer.Value.Bias.Pointer, width);
        var (sequence, position) = _batch.Locate(column);
        KeyValuePlacement.Store(sequence, 0, position, _shape.HeadCount, dimension, key, value);
    }

    private void Activate(int column)
    {
        var inner = _inner.Pointer + (long)column * _shape.FeedForwardLength;
        Elementwise.Add(inner, _layer.Up.Bias.Pointer, _shape.FeedForwardLength);
        Elementwise.Gelu(inner, _shape.FeedForwardLength);
    }

    private void AddNormed(int column, NativeArray<float> bias, Norm norm)
    {
        var hidden = Hidden(column);
        var change = Change(column);
        Elementwise.Add(change, bias.Pointer, _shape.Width);
        Elementwise.Add(hidden, change, _shape.Width);
        Normalize(hidden, norm);
    }

    private void Normalize(float* x, Norm norm) => Elementwise.LayerNorm(x, norm.Weight.Pointer, norm.Bias!.Pointer, _shape.NormEpsilon, _shape.Width, x);

    private void Apply(Linear linear, float* input, int count, float* output)
    {
        _products.Multiply(input, linear.Weight.Columns, count, linear.Weight, output);
        Elementwise.Add(output, linear.Bias.Pointer, linear.Weight.Rows);
    }

    private float* Hidden(int column) => _hidden.Pointer + (long)column * _shape.Width;

    private float* Change(int column) => _change.Pointer + (long)column * _shape.Width;
}
