using System.Collections.Concurrent;
using Microsoft.Extensions.Options;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Runs;

/// <summary>The runs that this process works on. Thread-safe.</summary>
internal sealed class LiveRuns(IOptions<LedgerOptions> options, TimeProvider clock)
{
    private readonly ConcurrentDictionary<string, bool> _ids = new();

    public IReadOnlyCollection<string> Ids => [.. _ids.Keys];

    /// <summary>Until when a word given now counts, in the ledger's time.</summary>
    public long Until => Instant.ToColumn(clock.GetUtcNow() + options.Value.RunLease);

    /// <summary>From here on this process vouches for the run; returns until when, for a start.</summary>
    public long Begin(string id)
    {
        _ids[id] = true;
        return Until;
    }

    public void End(string id) => _ids.TryRemove(id, out _);
}
