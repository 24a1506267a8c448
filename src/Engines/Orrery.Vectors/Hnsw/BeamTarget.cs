namespace Orrery.Vectors.Hnsw;

/// <summary>Which points a beam may find. One that links a new point finds hidden points too: they hold the graph together until repair.</summary>
internal readonly struct BeamTarget
{
    private readonly bool _hidden;
    private readonly Predicate<long>? _filter;

    private BeamTarget(bool hidden, Predicate<long>? filter) => (_hidden, _filter) = (hidden, filter);

    public static BeamTarget Everything => new(true, null);

    public static BeamTarget Visible(Predicate<long>? filter) => new(false, filter);

    public bool Includes(HnswStorage storage, int slot) => _hidden || (!storage.Hidden[slot] && (_filter is null || _filter(storage.Ids[slot])));
}
