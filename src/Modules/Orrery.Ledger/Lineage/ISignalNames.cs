using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Lineage;

/// <summary>What people call a signal.</summary>
/// <param name="Label"><c>drift: origin_delay_24h</c>.</param>
/// <param name="Detail">Whose it is, in a few words.</param>
/// <param name="About">The asset whose page tells more of it; null where it has a page of its own.</param>
public sealed record SignalName(string Label, string Detail, AssetRef? About = null);

/// <summary>
/// Names signals in the lineage. The ledger knows a signal by its stream and id alone; whoever wrote it knows what it was. Registered with dependency injection by the modules
/// that write to the stream; several may write to one.
/// </summary>
public interface ISignalNames
{
    /// <summary>The stream that the signals are in.</summary>
    string Stream { get; }

    /// <summary>The names of those that this module wrote; others are left out.</summary>
    Task<IReadOnlyDictionary<string, SignalName>> FindAsync(Caller caller, IReadOnlyCollection<string> ids, CancellationToken cancellationToken = default);
}
