using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Shards;
using Orrery.Vectors;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Hnsw;

namespace Orrery.Search.Vectors;

/// <summary>
/// Dense vectors, each once. New ones lie in rows and are compared one by one; the optimiser moves them into a graph once there are many, which keeps them and finds them from
/// then on. One that changes is left out of searches of the graph at once, and is taken out of it by the optimiser: to repair a graph takes seconds, in which nobody shall wait.
/// </summary>
internal sealed class DenseColumn(DenseVectorConfig config, GraphShape shape) : VectorColumn
{
    private const int DefaultEf = 100;

    // A shorter sum rounds otherwise in a graph's kernel than where it is taken in order, as a scan does.
    private const int ShortVector = 16;

    private readonly DenseRows _rows = new(config.Size);
    private DenseVectorConfig _config = config;
    private GraphShape _shape = shape;
    private volatile HnswIndex? _graph;
    private int _indexed; // Changed by the optimiser beside readers, and by the writer beside nobody.
    private int _outdated; // Slots whose old vector is still in the graph.
    private SlotSet _leaving = new(64); // Which.

    /// <summary>The slots that the graph finds.</summary>
    public SlotSet Indexed { get; private set; } = new(64);

    public DenseVectorConfig Config => _config;

    /// <summary>What the graph is, or would be, built by.</summary>
    public GraphShape Shape => _shape;

    /// <summary>The graph, where there is one; changed by the optimiser alone.</summary>
    public HnswIndex? Graph => _graph;

    public override long Bytes => _rows.Bytes + (_graph?.Count ?? 0) * ((_shape.IsQuantized ? 5L : 4L) * _config.Size + 8L * _shape.Links + 60);

    public override long VectorBytes => 4L * _config.Size * Count;

    public override bool GreaterIsBetter => Similarity.GreaterIsBetter(_config.Distance);

    public override VectorValue this[int slot]
    {
        get
        {
            var values = new float[_config.Size];
            Read(slot, values);
            return new DenseVector(values);
        }
    }

    // Rounded cosine vectors keep their lengths, so the angle is computed anew each time, and the graph's are no copies of them.
    private bool IsRoundedCosine => _config is { Distance: VectorDistance.Cosine, Datatype: VectorDatatype.Uint8 };

    public override Func<int, float> Scorer(VectorValue query)
    {
        var values = ((DenseVector)query).Values;
        var room = new float[values.Length];
        return IsRoundedCosine ? slot => 1 - Distance.Cosine(values, Row(slot, room)) : slot => Similarity.Of(_config.Distance, values, Row(slot, room));
    }

    public override List<Hit> Search(VectorValue query, int limit, SlotSet? allowed, SearchEffort effort)
    {
        var graph = _graph;
        if (graph is null || limit <= 0)
            return base.Search(query, limit, allowed, effort);
        var growing = effort.IndexedOnly || Growing == 0 ? null : Among(Present, allowed).AndNot(Indexed);
        var score = growing is null && _config.Size >= ShortVector ? null : Scorer(query);
        // What the graph does not know first: a slot that moves into it meanwhile is found twice, and never not at all.
        var best = new Best(limit);
        foreach (var slot in growing?.Slots() ?? [])
            best.Offer(slot, score!(slot));
        var vector = ((DenseVector)query).Values;
        if (IsRoundedCosine && Array.TrueForAll(vector, component => component == 0))
            return best.Take();
        var wanted = Volatile.Read(ref _outdated) == 0 ? allowed : Among(Indexed, allowed);
        var found = graph.Search(vector, limit, new HnswSearchOptions
        {
            Ef = Math.Max(effort.Ef ?? DefaultEf, limit),
            Exact = effort.Exact,
            Oversampling = effort.Oversampling ?? GraphShape.Oversampling,
            Allowed = wanted is null ? null : IdSet.Over(wanted.Words),
        });
        foreach (var neighbor in found)
        {
            var slot = (int)neighbor.Id;
            if (growing is null || !growing[slot])
                best.Offer(slot, score is not null && _config.Size < ShortVector ? score(slot) : SimilarityOf(neighbor));
        }

        return best.Take();
    }

    public override float Outward(float similarity) => Similarity.Outward(_config.Distance, similarity);

    public override float Inward(float score) => Similarity.Inward(_config.Distance, score);

    /// <summary>Moves slots into the graph; called by the optimiser beside searches, never beside a change.</summary>
    /// <returns>How many were moved.</returns>
    public int Index(int most)
    {
        var moved = 0;
        // A slot whose old vector is still in the graph waits until that is gone.
        var waiting = Present.AndNot(Indexed).AndNot(_leaving);
        // There before the first slot says that it is in it.
        var graph = _graph ??= NewGraph(waiting);
        var room = new float[_config.Size];
        foreach (var slot in waiting.Slots())
        {
            if (moved == most)
                break;
            graph.Add(slot, Row(slot, room));
            Indexed.Add(slot);
            if (!IsRoundedCosine)
                _rows.Release(slot);
            _indexed++;
            moved++;
        }

        return moved;
    }

    /// <summary>The slots whose old vectors have to leave the graph; called by the optimiser, never beside a change.</summary>
    public List<int> Leaving() => [.. _leaving.Slots()];

    /// <summary>They have left <paramref name="graph"/>; called by the optimiser, never beside a change.</summary>
    public void Left(HnswIndex graph, List<int> slots)
    {
        if (graph != _graph)
            return;
        foreach (var slot in slots)
            _leaving.Remove(slot);
        Interlocked.Add(ref _outdated, -slots.Count);
    }

    /// <summary>Takes a graph that was saved, whose vectors are those of <paramref name="indexed"/>, and of others that changed since. Nobody else knows the column yet.</summary>
    public void Restore(HnswIndex graph, SlotSet indexed, int capacity)
    {
        (_graph, Indexed, _indexed) = (graph, indexed, indexed.Count);
        foreach (var slot in indexed.Slots())
            Mark(slot);
        for (var slot = 0; slot < capacity && _indexed + _outdated < graph.Count; slot++)
        {
            if (!indexed[slot] && graph.Contains(slot))
            {
                _leaving.Add(slot);
                _outdated++;
            }
        }
    }

    /// <summary>Takes a new configuration; where it asks for another graph, the vectors grow again. Called by the writer, and never beside the optimiser.</summary>
    public void Configure(DenseVectorConfig config, GraphShape shape)
    {
        _config = config;
        if (shape == _shape)
            return;
        _shape = shape;
        if (_graph is not { } graph)
            return;
        var room = new float[_config.Size];
        foreach (var slot in IsRoundedCosine ? [] : Indexed.Slots())
        {
            graph.TryGet(slot, room);
            _rows.Set(slot, room);
        }

        (_graph, Indexed, _leaving, _indexed, _outdated) = (null, new(64), new(64), 0, 0);
    }

    /// <summary>Whether the graph holds all of the vectors, so that they can be saved with it.</summary>
    public bool KeepsAll => !IsRoundedCosine;

    /// <summary>Whether the collection allows a graph.</summary>
    public bool CanIndex => _shape.Links >= 2;

    /// <summary>How many are in no graph.</summary>
    public int Growing => Count - _indexed;

    /// <summary>How many old vectors are still in the graph.</summary>
    public int Outdated => Volatile.Read(ref _outdated);

    /// <summary>How many are in the graph.</summary>
    public int IndexedCount => _indexed;

    /// <summary>Whether there is a graph that ranks by codes.</summary>
    public bool IsQuantized => _graph?.Options.Quantizer is not null;

    /// <summary>Whether there is a graph.</summary>
    public bool HasGraph => _graph is not null;

    protected override void Store(int slot, VectorValue vector) => _rows.Set(slot, ((DenseVector)vector).Values);

    protected override void Drop(int slot)
    {
        if (!Indexed[slot] || IsRoundedCosine)
            _rows.Release(slot);
        if (!Indexed[slot])
            return;
        Indexed.Remove(slot);
        _indexed--;
        _leaving.Add(slot);
        _outdated++;
    }

    private static SlotSet Among(SlotSet slots, SlotSet? allowed) => allowed is null ? slots : slots.And(allowed);

    private HnswIndex NewGraph(SlotSet waiting)
    {
        var sample = new List<float>();
        var room = new float[_config.Size];
        foreach (var slot in _shape.IsQuantized ? waiting.Slots().Take(GraphShape.SampleOf(_config.Size)) : [])
            sample.AddRange(Row(slot, room));
        return new(_config.Size, MetricOf(_config), _shape.Options(Count, sample));
    }

    private ReadOnlySpan<float> Row(int slot, float[] room)
    {
        if ((!Indexed[slot] || IsRoundedCosine) && _rows.TryGet(slot, out var row))
            return row;
        // In the graph, or moved into it a moment ago.
        _graph!.TryGet(slot, room);
        return room;
    }

    private void Read(int slot, float[] values) => Row(slot, values).CopyTo(values);

    private static Metric MetricOf(DenseVectorConfig config) => config.Distance switch
    {
        VectorDistance.Cosine => config.Datatype == VectorDatatype.Uint8 ? Metric.Cosine : Metric.Dot, // of length 1 already
        VectorDistance.Dot => Metric.Dot,
        VectorDistance.Euclid => Metric.Euclidean,
        _ => Metric.Manhattan,
    };

    private float SimilarityOf(Neighbor neighbor) => _config.Distance switch
    {
        VectorDistance.Cosine when IsRoundedCosine => 1 - neighbor.Distance,
        VectorDistance.Euclid => -neighbor.Distance * neighbor.Distance,
        _ => -neighbor.Distance,
    };
}
