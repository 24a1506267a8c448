using Orrery.Vectors.Distances;

namespace Orrery.Vectors.Hnsw;

/// <summary>Contexts that wait for their next search. Renting is one exchange; more threads than places get a context of their own.</summary>
internal sealed class SearchContextPool(Space space, int mostLinks)
{
    private readonly SearchContext?[] _places = new SearchContext?[2 * Environment.ProcessorCount];

    public SearchContext Rent()
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (_places[i] is not null && Interlocked.Exchange(ref _places[i], null) is { } context)
                return context;
        }

        return new SearchContext(space, mostLinks);
    }

    public void Return(SearchContext context)
    {
        for (var i = 0; i < _places.Length; i++)
        {
            if (Interlocked.CompareExchange(ref _places[i], context, null) is null)
                return;
        }
    }
}
