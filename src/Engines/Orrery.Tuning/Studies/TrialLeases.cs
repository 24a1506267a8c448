namespace Orrery.Tuning.Studies;

/// <summary>
/// Who works on which running trial, and until when without a word: how a worker that died is noticed. It holds no clock: moments come from outside. Not thread-safe.
/// </summary>
public sealed class TrialLeases
{
    private readonly SortedDictionary<int, (string Worker, DateTimeOffset Until)> _held = [];

    /// <summary>Trials that somebody holds, by number.</summary>
    public IReadOnlyCollection<int> Trials => _held.Keys;

    /// <summary>A worker takes a trial.</summary>
    public void Take(int trial, string worker, DateTimeOffset until)
    {
        ArgumentException.ThrowIfNullOrEmpty(worker);
        _held[trial] = (worker, until);
    }

    /// <summary>A worker says that it is alive.</summary>
    /// <returns>False where the trial is nobody's any more, or another's: the worker must stop.</returns>
    public bool Renew(int trial, string worker, DateTimeOffset until)
    {
        if (!_held.TryGetValue(trial, out var lease) || lease.Worker != worker)
            return false;
        _held[trial] = (worker, until);
        return true;
    }

    /// <summary>Who holds a trial; null for nobody.</summary>
    public string? HolderOf(int trial) => _held.TryGetValue(trial, out var lease) ? lease.Worker : null;

    /// <summary>The trials whose workers have not been heard of in time, by number.</summary>
    public IReadOnlyList<int> Lost(DateTimeOffset now) => [.. _held.Where(lease => lease.Value.Until < now).Select(lease => lease.Key)];

    /// <summary>The trial has ended.</summary>
    public void Drop(int trial) => _held.Remove(trial);
}
