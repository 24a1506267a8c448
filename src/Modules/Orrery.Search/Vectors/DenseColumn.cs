using Orrery.Search.Collections;
using Orrery.Search.Points;
using Orrery.Search.Shards;
using Orrery.Vectors;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Hnsw;

namespace Orrery.Search.Vectors;

/// <summary>
/// Dense vectors. New ones are compared one by one; the optimiser moves them into a graph once there are many, and the graph finds them from then on.
/// </summary>
internal sealed class DenseColumn(DenseVectorConfig config, HnswConfig hnsw) : VectorColumn
{
    private const int DefaultEf = 100;

    private readonly DenseRows _rows = new(config.Size);
    private volatile HnswIndex? _graph;
    private int _indexed; // Changed by the optimiser beside readers, and by the writer beside nobody.

    /// <summary>The slots that the graph finds.</summary>
    public SlotSet Indexed { get; private set; } = new(64);

    public DenseVectorConfig Config => config;

    public override long Bytes => _rows.Bytes + (_graph?.Count ?? 0) * (4L * config.Size + 8L * Links + 60);

    public override bool GreaterIsBetter => Similarity.GreaterIsBetter(config.Distance);

    public override VectorValue this[int slot] => new DenseVector(_rows[slot].ToArray());

    // Rounded cosine vectors keep their lengths, so the angle is computed anew each time.
    private bool IsRoundedCosine => config is { Distance: VectorDistance.Cosine, Datatype: VectorDatatype.Uint8 };

    private int Links => hnsw.M ?? 16;

    public override Func<int, float> Scorer(VectorValue query)
    {
        var values = ((DenseVector)query).Values;
        return IsRoundedCosine ? slot => 1 - Distance.Cosine(values, _rows[slot]) : slot => Similarity.Of(config.Distance, values, _rows[slot]);
    }

    public override List<Hit> Search(VectorValue query, int limit, SlotSet? allowed, SearchEffort effort)
    {
        var graph = _graph;
        if (graph is null || effort.Exact || limit <= 0)
            return base.Search(query, limit, allowed, effort);
        var ef = Math.Max(effort.Ef ?? DefaultEf, limit);
        var wanted = allowed is null ? Present : Present.And(allowed);
        // Few enough to be compared with one by one for less than a walk through the graph would take: a beam meets about ef·M/2 points.
        if (allowed is not null && wanted.Count <= ef * Links / 2)
            return Scan(Scorer(query), limit, wanted);
        var best = new Best(limit);
        // What the graph does not know first: a slot that moves into it meanwhile is found twice, and never not at all.
        var growing = wanted.AndNot(Indexed);
        var seen = new HashSet<int>();
        if (!effort.IndexedOnly)
        {
            var score = Scorer(query);
            foreach (var slot in growing.Slots())
            {
                best.Offer(slot, score(slot));
                seen.Add(slot);
            }
        }

        foreach (var neighbor in graph.Search(((DenseVector)query).Values, limit, ef, allowed is null ? null : id => allowed[(int)id]))
        {
            if (seen.Count == 0 || seen.Add((int)neighbor.Id))
                best.Offer((int)neighbor.Id, SimilarityOf(neighbor));
        }

        return best.Take();
    }

    public override float Outward(float similarity) => Similarity.Outward(config.Distance, similarity);

    public override float Inward(float score) => Similarity.Inward(config.Distance, score);

    /// <summary>Moves slots into the graph; called beside searches, never beside a change.</summary>
    /// <returns>How many were moved.</returns>
    public int Index(int most)
    {
        var moved = 0;
        var graph = _graph ?? new HnswIndex(config.Size, MetricOf(config), new() { M = Links, EfConstruction = hnsw.EfConstruct ?? 100, Capacity = Math.Max(Count, 1024) });
        foreach (var slot in Present.AndNot(Indexed).Slots())
        {
            if (moved == most)
                break;
            graph.Add(slot, _rows[slot]);
            Indexed.Add(slot);
            _indexed++;
            moved++;
        }

        _graph = graph;
        return moved;
    }

    /// <summary>Whether the collection allows a graph.</summary>
    public bool CanIndex => Links >= 2;

    /// <summary>How many are in no graph.</summary>
    public int Growing => Count - _indexed;

    /// <summary>How many are in the graph.</summary>
    public int IndexedCount => _indexed;

    /// <summary>Whether there is a graph.</summary>
    public bool HasGraph => _graph is not null;

    protected override void Store(int slot, VectorValue vector) => _rows.Set(slot, ((DenseVector)vector).Values);

    protected override void Drop(int slot)
    {
        if (!Indexed[slot])
            return;
        Indexed.Remove(slot);
        _indexed--;
        _graph!.Remove(slot);
    }

    private static Metric MetricOf(DenseVectorConfig config) => config.Distance switch
    {
        VectorDistance.Cosine => config.Datatype == VectorDatatype.Uint8 ? Metric.Cosine : Metric.Dot, // of length 1 already
        VectorDistance.Dot => Metric.Dot,
        VectorDistance.Euclid => Metric.Euclidean,
        _ => Metric.Manhattan,
    };

    private float SimilarityOf(Neighbor neighbor) => config.Distance switch
    {
        VectorDistance.Cosine when IsRoundedCosine => 1 - neighbor.Distance,
        VectorDistance.Euclid => -neighbor.Distance * neighbor.Distance,
        _ => -neighbor.Distance,
    };
}
