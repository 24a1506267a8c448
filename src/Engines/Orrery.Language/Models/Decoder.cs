using Orrery.Language.Adapters;
using Orrery.Language.Inference.Cache;
using Orrery.Language.Kernels;
using Orrery.Language.Kernels.Attention;
using Orrery.Language.Kernels.Threads;

namespace Orrery.Language.Models;

/// <summary>
/// A decoder-only transformer: Llama and its relatives, which differ by their <see cref="ModelConfiguration"/> and by which weights are there. All memory is taken at the
/// start; a step allocates nothing. One step at a time.
/// </summary>
internal sealed unsafe class Decoder
{
    private readonly ModelConfiguration _shape;
    private readonly DecoderWeights _weights;
    private readonly ThreadTeam _team;
    private readonly Products _products;
    private readonly FeedForward _feedForward;
    private readonly AdapterProducts _adapters;
    private readonly PagedAttention _attention;
    private readonly Rotary? _rotary;
    private readonly Rotary? _localRotary;
    private readonly RowWork _embed, _attentionNorm, _place, _add, _feedForwardNorm, _addFeedForward, _finalNorm;

    // (columns, width), (columns, heads, headDimension), (wanted, vocabulary)
    private readonly NativeArray<float> _hidden, _normed, _change, _queries, _keys, _values, _mixed, _logits;
    private Batch _batch = null!;
    private LayerWeights _layer = null!;
    private int _layerIndex;
    private Action<AttentionInput>? _watch;

    public Decoder(ModelConfiguration shape, DecoderWeights weights, ThreadTeam team, int capacity, int logitCapacity)
    {
        (_shape, _weights, _team) = (shape, weights, team);
        var (queryWidth, keyWidth) = (shape.HeadCount * shape.HeadDimension, shape.KeyValueHeadCount * shape.HeadDimension);
        NativeArray<float> Columns(int width) => new((long)capacity * width);
        (_hidden, _normed, _change) = (Columns(shape.Width), Columns(shape.Width), Columns(shape.Width));
        (_queries, _keys, _values, _mixed) = (Columns(queryWidth), Columns(keyWidth), Columns(keyWidth), Columns(queryWidth));
        _logits = new((long)logitCapacity * shape.VocabularySize);
        var columns = new ColumnBuffer(Math.Max(Math.Max(shape.Width, queryWidth), Math.Max(shape.FeedForwardLength, shape.SharedExpertLength)), capacity);
        _products = new(team, columns);
        _adapters = new(team);
        _feedForward = new(shape, team, _products, _adapters, capacity);
        _attention = new(shape.HeadCount, shape.KeyValueHeadCount, shape.HeadDimension, isCausal: true);
        if (shape.RotaryStyle is not RotaryStyle.None)
        {
            _rotary = new(shape.RotaryStyle, shape.RotaryDimensions, shape.RotaryBase, shape.RotaryScaling, weights.RotaryDivisors, capacity);
            if (shape.LocalRotaryBase is { } local)
                _localRotary = new(shape.RotaryStyle, shape.RotaryDimensions, local, RotaryScaling.None, null, capacity);
        }

        _embed = new(Embed);
        _attentionNorm = new(column => Apply(_layer.AttentionNorm, _hidden.Pointer + (long)column * shape.Width, _normed.Pointer + (long)column * shape.Width));
        _place = new(Place);
        _add = new(column => AddTo(_hidden.Pointer, column, _layer.AfterAttention, _layer.OutputBias));
        _feedForwardNorm = new(column => Apply(_layer.FeedForwardNorm, _hidden.Pointer + (long)column * shape.Width, _normed.Pointer + (long)column * shape.Width));
        _addFeedForward = new(column => AddTo(_hidden.Pointer, column, _layer.AfterFeedForward, null));
        _finalNorm = new(row => Apply(_weights.FinalNorm, _hidden.Pointer + (long)_batch.Wanted[row] * shape.Width, _normed.Pointer + (long)row * shape.Width));
    }

    /// <summary>Logits of a wanted row after the last step, (vocabulary).</summary>
    public Span<float> Logits(int row) => _logits.Span((long)row * _shape.VocabularySize, _shape.VocabularySize);

    /// <summary>Reads the batch: writes keys and values of its tokens, and the logits that it wants.</summary>
    public void Step(Batch batch)
    {
        if (batch.Count == 0)
            return;
        _batch = batch;
        _rotary?.Place(batch.Positions);
        _localRotary?.Place(batch.Positions);
        _attention.Begin(batch.Segments);
        _adapters.Begin(batch.Segments);
        _embed.Run(_team, batch.Count);
        for (_layerIndex = 0; _layerIndex < _shape.LayerCount; _layerIndex++)
        {
            _layer = _weights.Layers[_layerIndex];
            _adapters.Layer = _layerIndex;
            Attend(batch.Count);
            _feedForwardNorm.Run(_team, batch.Count);
            _feedForward.Run(_layer, _normed.Pointer, batch.Count, _change.Pointer);
            _addFeedForward.Run(_team, batch.Count);
        }

        Predict(batch.Wanted.Count);
    }

    /// <summary>The same for one sequence from its start, showing what goes into attention, layer by layer.</summary>
    public void StepWatched(Batch batch, Action<AttentionInput> watch)
    {
        _watch = watch;
        Step(batch);
        _watch = null;
    }

    private void Attend(int count)
    {
        _attentionNorm.Run(_team, count);
        _products.Multiply(_normed.Pointer, _shape.Width, count, _layer.Query, _queries.Pointer, _layer.Key, _keys.Pointer, _layer.Value, _values.Pointer);
        _adapters.Add(LoraTarget.Query, _normed.Pointer, _shape.Width, _queries.Pointer, _layer.Query.Rows);
        _adapters.Add(LoraTarget.Key, _normed.Pointer, _shape.Width, _keys.Pointer, _layer.Key.Rows);
        _adapters.Add(LoraTarget.Value, _normed.Pointer, _shape.Width, _values.Pointer, _layer.Value.Rows);
        _place.Run(_team, count);
        _watch?.Invoke(new(_layerIndex, _shape, _queries.Pointer, _batch.Segments[0].Sequence));
        _attention.Run(_team, _layerIndex, _queries.Pointer, _mixed.Pointer, _shape.WindowOf(_layerIndex), _shape.AttentionScale, _shape.AttentionCap);
        _products.Multiply(_mixed.Pointer, _layer.Output.Columns, count, _layer.Output, _change.Pointer);
        _adapters.Add(LoraTarget.Output, _mixed.Pointer, _layer.Output.Columns, _change.Pointer, _shape.Width);
        _add.Run(_team, count);
    }

    private void Predict(int wanted)
    {
        if (wanted == 0)
            return;
        _finalNorm.Run(_team, wanted);
        _products.Multiply(_normed.Pointer, _shape.Width, wanted, _weights.Output, _logits.Pointer);
        for (var row = 0; row < wanted && _shape.LogitCap > 0; row++)
            Elementwise.SoftCap(_logits.Pointer + (long)row * _shape.VocabularySize, _shape.LogitCap, _shape.VocabularySize);
    }

    private void Embed(int column)
    {
        var hidden = _hidden.Pointer + (long)column * _shape.Width;
        _weights.Embeddings.ReadRow(_batch.Tokens[column], hidden);
        if (_shape.EmbeddingScale != 1)
            Elementwise.Scale(hidden, _shape.EmbeddingScale, _shape.Width);
        if (_weights.Positions is not { } positions)
            return;
        var change = _change.Pointer + (long)column * _shape.Width;
        positions.ReadRow(_batch.Positions[column], change);
        Elementwise.Add(hidden, change, _shape.Width);
    }

    /// <summary>Biases, norms and rotation of a column's queries and keys; then keys and values go into the cache.</summary>
    private void Place(int column)
    {
        var (heads, keyHeads, dimension) = (_shape.HeadCount, _shape.KeyValueHeadCount, _shape.HeadDimension);
        var query = _queries.Pointer + (long)column * heads * dimension;
        var key = _keys.Pointer + (long)column * keyHeads * dimension;
        var value = _values.Pointer + (long)column * keyHeads * dimension;
        AddBias(query, _layer.QueryBias);
        AddBias(key, _layer.KeyBias);
        AddBias(value, _layer.ValueBias);
        NormHeads(query, heads, _layer.QueryNorm);
        NormHeads(key, keyHeads, _layer.KeyNorm);
        var rotary = _localRotary is not null && _shape.WindowOf(_layerIndex) > 0 ? _localRotary : _rotary;
        rotary?.Turn(column, query, heads, dimension);
        rotary?.Turn(column, key, keyHeads, dimension);

        var (sequence, position) = _batch.Locate(column);
        KeyValuePlacement.Store(sequence, _layerIndex, position, keyHeads, dimension, key, value);
    }

    private void AddTo(float* hidden, int column, Norm? norm, NativeArray<float>? bias)
    {
        var change = _change.Pointer + (long)column * _shape.Width;
        AddBias(change, bias);
        if (norm is not null)
            Apply(norm, change, change);
        Elementwise.Add(hidden + (long)column * _shape.Width, change, _shape.Width);
    }

    private void NormHeads(float* heads, int count, Norm? norm)
    {
        for (var head = 0; head < count && norm is not null; head++, heads += _shape.HeadDimension)
            Apply(norm, heads, heads);
    }

    private void Apply(Norm norm, float* input, float* output)
    {
        var length = (int)norm.Weight.Length;
        if (_shape.UsesLayerNorm)
            Elementwise.LayerNorm(input, norm.Weight.Pointer, norm.Bias is null ? null : norm.Bias.Pointer, _shape.NormEpsilon, length, output);
        else
            Elementwise.RootMeanSquareNorm(input, norm.Weight.Pointer, _shape.NormEpsilon, length, output);
    }

    private static void AddBias(float* target, NativeArray<float>? bias)
    {
        if (bias is not null)
            Elementwise.Add(target, bias.Pointer, (int)bias.Length);
    }
}
