using Orrery.Language.Kernels.Attention;
using Orrery.Language.Kernels.Threads;

namespace Orrery.Language.Adapters;

/// <summary>Adds to each column of a product what its own sequence's adapter says; columns without one are left alone.</summary>
internal sealed unsafe class AdapterProducts(ThreadTeam team) : ParallelWork
{
    private readonly List<(int Column, LoraAdapter Adapter)> _columns = [];
    private LoraTarget _target;
    private float* _input, _output;
    private int _inputStride, _outputStride;

    /// <summary>The layer whose products come next.</summary>
    public int Layer { get; set; }

    /// <summary>Lays out the batch; it holds for all layers.</summary>
    public void Begin(List<Segment> segments)
    {
        _columns.Clear();
        foreach (var segment in segments)
        {
            for (var i = 0; i < segment.Count && segment.Sequence.Adapter is not null; i++)
                _columns.Add((segment.Column + i, segment.Sequence.Adapter));
        }
    }

    /// <summary>From (columns, stride) to (columns, stride).</summary>
    public void Add(LoraTarget target, float* input, int inputStride, float* output, int outputStride)
    {
        if (_columns.Count == 0)
            return;
        (_target, _inputStride, _outputStride) = (target, inputStride, outputStride);
        _input = input;
        _output = output;
        team.Run(this, _columns.Count);
    }

    public override void Run(int part)
    {
        var (column, adapter) = _columns[part];
        adapter.Find(Layer, _target)?.Add(_input + (long)column * _inputStride, _output + (long)column * _outputStride);
    }
}
