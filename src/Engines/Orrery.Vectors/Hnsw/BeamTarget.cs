using System.Runtime.CompilerServices;

namespace Orrery.Vectors.Hnsw;

/// <summary>Which points a beam may find. One that links a new point finds hidden points too: they hold the graph together until repair.</summary>
internal readonly struct BeamTarget
{
    private readonly bool _hidden;
    private readonly bool _any;
    private readonly IdSet? _allowed;
    private readonly Predicate<long>? _filter;

    private BeamTarget(bool hidden, IdSet? allowed, Predicate<long>? filter) =>
        (_hidden, _allowed, _filter, _any) = (hidden, allowed, filter, allowed is null && filter is null);

    public static BeamTarget Everything => new(true, null, null);

    public static BeamTarget Visible(IdSet? allowed, Predicate<long>? filter) => new(false, allowed, filter);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Includes(HnswStorage storage, int slot) => _hidden || (!storage.Hidden[slot] && (_any || Passes(storage.Ids[slot])));

    private bool Passes(long id) => (_allowed is null || _allowed.Contains(id)) && (_filter is null || _filter(id));
}
