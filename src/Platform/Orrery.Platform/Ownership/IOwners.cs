namespace Orrery.Platform.Ownership;

/// <summary>
/// The port for keyed live state (a stream partition, a tuning study, a canary, a collection shard): for each key there is one live
/// owner, and its calls run one after the other. In-process on a laptop; an Orleans grain that is a thin shell around the same class on a cluster.
/// </summary>
/// <typeparam name="TOwner">The class that holds the state.</typeparam>
public interface IOwners<TOwner> where TOwner : class
{
    /// <summary>
    /// Runs <paramref name="call"/> on the owner of <paramref name="key"/>, which is made (and loads its state) at the first call.
    /// Calls for one key are serialised, in the order they came; calls for different keys run beside each other. An owner whose
    /// call threw stays; one whose loading threw is made again at the next call. A call must not await another call of its own key: that one
    /// would wait for it.
    /// </summary>
    Task<T> CallAsync<T>(string key, Func<TOwner, CancellationToken, Task<T>> call, CancellationToken cancellationToken = default);

    /// <summary>Drops the owner from memory after its running calls; it is loaded again when next called. Disposes it if it is disposable.</summary>
    Task ReleaseAsync(string key);
}

/// <summary>Makes owners; registered by the module whose state it is.</summary>
/// <typeparam name="TOwner">The class that holds the state.</typeparam>
public interface IOwnerFactory<TOwner> where TOwner : class
{
    /// <summary>Makes the owner of <paramref name="key"/> and loads what it needs.</summary>
    Task<TOwner> CreateAsync(string key, CancellationToken cancellationToken);
}
