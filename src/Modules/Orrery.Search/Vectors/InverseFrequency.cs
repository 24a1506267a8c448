using Orrery.Search.Points;
using Orrery.Search.Shards;

namespace Orrery.Search.Vectors;

/// <summary>How rare the components of sparse vectors are among the points of all shards: ln((N − n + ½)/(n + ½) + 1).</summary>
internal sealed class InverseFrequency
{
    private readonly SparseColumn[] _columns;
    private readonly PlaceSet? _corpus;
    private readonly int _population;

    private InverseFrequency(SparseColumn[] columns, PlaceSet? corpus)
    {
        (_columns, _corpus) = (columns, corpus);
        _population = columns.Select((column, shard) => corpus is null ? column.Count : column.Present.And(corpus.Slots[shard]).Count).Sum();
    }

    /// <summary>The rarity that a vector asks for; null where it asks for none.</summary>
    /// <param name="views">The shards.</param>
    /// <param name="name">Of the vector.</param>
    /// <param name="corpus">The points that count; all where null.</param>
    public static InverseFrequency? Of(ShardViews views, string name, PlaceSet? corpus) => views.Config.SparseVectors.GetValueOrDefault(name) is { Idf: true }
        ? new([.. views.Shards.Select(shard => (SparseColumn)shard.Columns[name])], corpus)
        : null;

    /// <summary>A query whose components count by how rare they are.</summary>
    public SparseVector Weigh(SparseVector query)
    {
        var values = (float[])query.Values.Clone();
        for (var i = 0; i < values.Length; i++)
        {
            var with = 0;
            for (var shard = 0; shard < _columns.Length; shard++)
                with += _columns[shard].CountWith(query.Indices[i], _corpus?.Slots[shard]);
            values[i] *= (float)Math.Log((_population - with + 0.5) / (with + 0.5) + 1);
        }

        return new(query.Indices, values);
    }
}
