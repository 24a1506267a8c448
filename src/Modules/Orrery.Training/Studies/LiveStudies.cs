using Orrery.Kernel;
using Orrery.Platform.Access;
using Orrery.Platform.Ownership;

namespace Orrery.Training.Studies;

/// <summary>Calls the owner of a study's run, and drops it where the ledger has to be read again. Thread-safe.</summary>
internal sealed class LiveStudies(IOwners<LiveStudy> owners)
{
    // Somebody looks at them; reading one of 10,000 trials again costs about a second.
    private const int MostEnded = 8;

    private readonly Lock _gate = new();
    private readonly List<string> _ended = [];

    public async Task<T> CallAsync<T>(Caller caller, RunId run, Func<LiveStudy, CancellationToken, Task<T>> call, CancellationToken cancellationToken)
    {
        var key = LiveStudyFactory.Key(caller, run);
        LiveStudy? called = null;
        try
        {
            return await owners.CallAsync(key, (live, token) => call(called = live, token), cancellationToken);
        }
        finally
        {
            if (called is { IsStale: true })
                await owners.ReleaseAsync(key);
            else if (called is { HasEnded: true } && Oldest(key) is { } oldest)
                await owners.ReleaseAsync(oldest);
        }
    }

    private string? Oldest(string key)
    {
        lock (_gate)
        {
            _ended.Remove(key);
            _ended.Add(key);
            if (_ended.Count <= MostEnded)
                return null;
            var oldest = _ended[0];
            _ended.RemoveAt(0);
            return oldest;
        }
    }
}
