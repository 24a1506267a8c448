using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Evaluation.Scorers;

/// <summary>A version of what judges the answers of an application. An asset of kind <c>scorer</c>, named <c>FOLDER.NAME</c>.</summary>
/// <param name="Id">Its asset's id.</param>
/// <param name="Folder">The number of the folder (experiment) it is for.</param>
/// <param name="Name">Its name in that folder.</param>
/// <param name="Version">1, 2, 3 …</param>
/// <param name="Definition">The judge as the client wrote it; never executed here.</param>
/// <param name="CreatedAt">When this version was made.</param>
public sealed record Scorer(AssetId Id, long Folder, string Name, int Version, string Definition, DateTimeOffset CreatedAt);

/// <summary>The scorers. Thread-safe; every change is audited in its own transaction.</summary>
public interface IScorers
{
    /// <summary>Adds a version, the first where there is none.</summary>
    Task<Scorer> RegisterAsync(Caller caller, long folder, string name, string definition, CancellationToken cancellationToken = default);

    /// <summary>The newest version of each scorer of a folder, by name.</summary>
    Task<IReadOnlyList<Scorer>> ListAsync(Caller caller, long folder, CancellationToken cancellationToken = default);

    /// <summary>All versions of a scorer, the oldest first.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<IReadOnlyList<Scorer>> VersionsAsync(Caller caller, long folder, string name, CancellationToken cancellationToken = default);

    /// <summary>Deletes a version, or where none is given the scorer.</summary>
    /// <exception cref="NotFoundException">There is no such scorer or version.</exception>
    Task DeleteAsync(Caller caller, long folder, string name, int? version, CancellationToken cancellationToken = default);
}
