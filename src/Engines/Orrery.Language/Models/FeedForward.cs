using Orrery.Language.Adapters;
using Orrery.Language.Kernels;
using Orrery.Language.Kernels.Threads;

namespace Orrery.Language.Models;

/// <summary>The feed-forward part of a layer: plain, or the experts that a router picks for each token (arXiv 2101.03961, 2401.04088).</summary>
internal sealed unsafe class FeedForward
{
    private readonly ModelConfiguration _shape;
    private readonly ThreadTeam _team;
    private readonly Products _products;
    private readonly AdapterProducts _adapters;
    private readonly RowWork _activate;
    private readonly ExpertRouting? _routing;

    // (columns, length)
    private readonly NativeArray<float> _gates, _ups;

    // (columns, width): what goes to an expert, and what comes back
    private readonly NativeArray<float>? _gathered, _returned;
    private FeedForwardWeights _weights = null!;
    private int _length;

    public FeedForward(ModelConfiguration shape, ThreadTeam team, Products products, AdapterProducts adapters, int capacity)
    {
        (_shape, _team, _products, _adapters) = (shape, team, products, adapters);
        var longest = Math.Max(shape.FeedForwardLength, shape.SharedExpertLength);
        (_gates, _ups) = (new((long)capacity * longest), new((long)capacity * longest));
        _activate = new(Activate);
        if (shape.ExpertCount == 0)
            return;
        _routing = new(shape, capacity);
        (_gathered, _returned) = (new((long)capacity * shape.Width), new((long)capacity * shape.Width));
    }

    /// <summary>From (columns, width) to (columns, width).</summary>
    public void Run(LayerWeights layer, float* input, int count, float* output)
    {
        if (layer.Experts is { } experts)
            Run(experts, input, count, output);
        else
            RunWhole(layer.FeedForward!, input, count, output);
    }

    /// <summary>With what adapters add, which know no experts.</summary>
    private void RunWhole(FeedForwardWeights weights, float* input, int count, float* output)
    {
        Open(weights, input, count);
        _adapters.Add(LoraTarget.Gate, input, _shape.Width, _gates.Pointer, _length);
        _adapters.Add(LoraTarget.Up, input, _shape.Width, _ups.Pointer, _length);
        _activate.Run(_team, count);
        Close(weights, count, output);
        _adapters.Add(LoraTarget.Down, _gates.Pointer, _length, output, _shape.Width);
    }

    private void Run(FeedForwardWeights weights, float* input, int count, float* output)
    {
        Open(weights, input, count);
        _activate.Run(_team, count);
        Close(weights, count, output);
    }

    private void Open(FeedForwardWeights weights, float* input, int count)
    {
        (_weights, _length) = (weights, weights.Up.Rows);
        if (weights.Gate is { } gate)
            _products.Multiply(input, _shape.Width, count, gate, _gates.Pointer, weights.Up, _ups.Pointer);
        else
            _products.Multiply(input, _shape.Width, count, weights.Up, _gates.Pointer);
    }

    private void Close(FeedForwardWeights weights, int count, float* output)
    {
        _products.Multiply(_gates.Pointer, _length, count, weights.Down, output);
        for (var column = 0; column < count && weights.DownBias is not null; column++)
            Elementwise.Add(output + (long)column * _shape.Width, weights.DownBias.Pointer, _shape.Width);
    }

    private void Activate(int column)
    {
        var gate = _gates.Pointer + (long)column * _length;
        var up = _ups.Pointer + (long)column * _length;
        if (_weights.UpBias is { } bias)
            Elementwise.Add(_weights.Gate is null ? gate : up, bias.Pointer, _length);
        if (_shape.Activation is Activation.Silu && _weights.Gate is not null)
        {
            Elementwise.SiluTimes(gate, up, _length);
            return;
        }

        if (_shape.Activation is Activation.Gelu)
            Elementwise.Gelu(gate, _length);
        else
            Elementwise.GeluTanh(gate, _length);
        if (_weights.Gate is not null)
            Elementwise.Multiply(gate, up, _length);
    }

    private void Run(ExpertWeights weights, float* input, int count, float* output)
    {
        var (routing, width) = (_routing!, _shape.Width);
        _products.Multiply(input, width, count, weights.Router, routing.Logits);
        routing.Choose(count);
        new Span<float>(output, count * width).Clear();
        for (var expert = 0; expert < _shape.ExpertCount; expert++)
        {
            var chosen = routing.ColumnsOf(expert);
            if (chosen.IsEmpty)
                continue;
            for (var i = 0; i < chosen.Length; i++)
                Copy(input + (long)chosen[i].Column * width, _gathered!.Pointer + (long)i * width);
            Run(weights.Experts[expert], _gathered!.Pointer, chosen.Length, _returned!.Pointer);
            for (var i = 0; i < chosen.Length; i++)
                Elementwise.AddScaled(output + (long)chosen[i].Column * width, _returned!.Pointer + (long)i * width, chosen[i].Weight, width);
        }

        if (weights.Shared is { } shared)
            RunShared(shared, weights.SharedGate, input, count, output);
    }

    private void RunShared(FeedForwardWeights shared, Matrix? sharedGate, float* input, int count, float* output)
    {
        Run(shared, input, count, _returned!.Pointer);
        var opening = _routing!.Logits;
        if (sharedGate is not null)
            _products.Multiply(input, _shape.Width, count, sharedGate, opening);
        for (var column = 0; column < count; column++)
        {
            var weight = sharedGate is null ? 1 : 1 / (1 + MathF.Exp(-opening[column]));
            Elementwise.AddScaled(output + (long)column * _shape.Width, _returned.Pointer + (long)column * _shape.Width, weight, _shape.Width);
        }
    }

    private void Copy(float* from, float* to) => new Span<float>(from, _shape.Width).CopyTo(new(to, _shape.Width));
}
