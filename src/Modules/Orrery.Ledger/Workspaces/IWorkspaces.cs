using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Workspaces;

/// <summary>A closed set of assets, runs and endpoints, with its own roles. <c>default</c> exists from the start.</summary>
public sealed record Workspace(string Name, string Description, string CreatedBy, DateTimeOffset CreatedAt);

/// <summary>The workspaces of this server. Thread-safe.</summary>
public interface IWorkspaces
{
    /// <summary>Makes a workspace.</summary>
    /// <exception cref="ConflictException">There is one of that name.</exception>
    Task<Workspace> CreateAsync(Caller caller, string name, string description = "", CancellationToken cancellationToken = default);

    /// <summary>The workspace of that name; null where there is none.</summary>
    Task<Workspace?> FindAsync(string name, CancellationToken cancellationToken = default);

    /// <summary>All workspaces, by name.</summary>
    Task<Page<Workspace>> ListAsync(PageRequest page, CancellationToken cancellationToken = default);
}
