namespace Orrery.Comparison.Peers;

/// <summary>A system under measurement. It holds one collection of its own, which disposing removes. Searching is thread-safe, the rest is not.</summary>
internal interface IVectorPeer : IAsyncDisposable
{
    /// <summary>What it is, with the version that it tells.</summary>
    Task<string> DescribeAsync(CancellationToken cancellationToken);

    /// <summary>Makes the collection.</summary>
    Task CreateAsync(int dimension, string distance, ComparisonOptions options, CancellationToken cancellationToken);

    /// <summary>Adds points whose ids begin with <paramref name="first"/>; done when they are acknowledged.</summary>
    Task AddAsync(long first, IReadOnlyList<float[]> vectors, CancellationToken cancellationToken);

    /// <summary>Done when the index holds every point.</summary>
    Task IndexAsync(CancellationToken cancellationToken);

    /// <summary>What the collection takes, and what that figure is; null where the system does not tell.</summary>
    Task<(long Bytes, string Are)?> SizeAsync(CancellationToken cancellationToken);

    /// <summary>Sets the candidates of the searches to come.</summary>
    Task SetEfAsync(int ef, CancellationToken cancellationToken);

    /// <summary>The ids of the nearest, the nearest first.</summary>
    Task<IReadOnlyList<long>> SearchAsync(float[] query, int k, CancellationToken cancellationToken);
}
