namespace Orrery.Tuning.Samplers;

/// <summary>
/// Hands ended trials on by number, whatever order parallel workers told them in: a trial waits until all before it have ended. So a sampler that learns step by step still depends on
/// the set of trials alone. It holds only those that overtook a running trial.
/// </summary>
internal sealed class TrialPrefix
{
    private readonly Dictionary<int, SampledTrial?> _waiting = [];
    private int _next;

    /// <summary>A trial has ended, null where it failed.</summary>
    /// <returns>The trials whose turn has come, failed ones left out.</returns>
    public IEnumerable<SampledTrial> Add(int number, SampledTrial? trial)
    {
        _waiting[number] = trial;
        var ready = new List<SampledTrial>();
        for (; _waiting.Remove(_next, out var next); _next++)
        {
            if (next is { } ended)
                ready.Add(ended);
        }

        return ready;
    }
}
