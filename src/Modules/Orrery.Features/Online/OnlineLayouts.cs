using System.Collections.Concurrent;
using Orrery.Features.Views;

namespace Orrery.Features.Online;

/// <summary>Tells open readers under which layout a view's online features stand since the view was changed. Thread-safe.</summary>
internal sealed class OnlineLayouts
{
    private readonly ConcurrentDictionary<(string Workspace, string View), FeatureViewPlan> _inForce = new();
    private int _changes;

    /// <summary>Counts the changes, so that a reader sees for the price of one read whether it has to look.</summary>
    public int Changes => Volatile.Read(ref _changes);

    /// <summary>From now on the view is read under this layout.</summary>
    public void Set(string workspace, FeatureViewPlan plan)
    {
        _inForce[(workspace, plan.Name)] = plan;
        Interlocked.Increment(ref _changes);
    }

    /// <summary>The layout that came into force since the start; null where none did.</summary>
    public FeatureViewPlan? Find(string workspace, string view) => _inForce.GetValueOrDefault((workspace, view));
}
