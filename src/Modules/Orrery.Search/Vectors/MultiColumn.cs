using Orrery.Search.Collections;
using Orrery.Search.Points;

namespace Orrery.Search.Vectors;

/// <summary>Multivectors, compared one by one.</summary>
internal sealed class MultiColumn(DenseVectorConfig config) : VectorColumn
{
    private readonly Dictionary<int, MultiVector> _vectors = [];
    private long _components;

    public override long Bytes => _components * sizeof(float);

    public override long VectorBytes => Bytes;

    public override bool GreaterIsBetter => Similarity.GreaterIsBetter(config.Distance);

    public override VectorValue this[int slot] => _vectors[slot];

    public override Func<int, float> Scorer(VectorValue query)
    {
        var rows = (MultiVector)query;
        return slot => Similarity.Of(config.Distance, rows, _vectors[slot]);
    }

    public override float Outward(float similarity) => Similarity.Outward(config.Distance, similarity);

    public override float Inward(float score) => Similarity.Inward(config.Distance, score);

    protected override void Store(int slot, VectorValue vector)
    {
        var rows = (MultiVector)vector;
        _vectors[slot] = rows;
        _components += rows.Values.Length;
    }

    protected override void Drop(int slot)
    {
        _vectors.Remove(slot, out var rows);
        _components -= rows!.Values.Length;
    }
}
