using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Workspaces;

[Table("workspaces")]
internal sealed record WorkspaceRow
{
    [PrimaryKey, Column("name")] public string Name { get; init; } = "";
    [Column("description")] public string Description { get; init; } = "";
    [Column("created_by")] public string CreatedBy { get; init; } = "";
    [Column("created_at")] public long CreatedAt { get; init; }

    public Workspace ToWorkspace() => new(Name, Description, CreatedBy, Instant.FromColumn(CreatedAt));
}

internal sealed class WorkspaceStore(IDatabase database, IAudit audit, IOptions<LedgerOptions> options, TimeProvider clock) : IWorkspaces
{
    public Task<Workspace> CreateAsync(Caller caller, string name, string description = "", CancellationToken cancellationToken = default)
    {
        LedgerNames.Check(name, "workspace");
        return database.WriteAsync(transaction =>
        {
            if (transaction.GetTable<WorkspaceRow>().Any(row => row.Name == name))
                throw new ConflictException($"There is a workspace '{name}' already.");
            var row = new WorkspaceRow { Name = name, Description = description, CreatedBy = caller.Actor, CreatedAt = Instant.ToColumn(clock.GetUtcNow()) };
            transaction.Insert(row);
            FolderRows.AddDefault(transaction, name, options.Value.ArtifactRoot, Instant.FromColumn(row.CreatedAt));
            audit.Append(transaction, caller with { Workspace = name }, "workspace.created", $"workspace/{name}", description);
            return row.ToWorkspace();
        }, cancellationToken);
    }

    public async Task<Workspace?> FindAsync(string name, CancellationToken cancellationToken = default) =>
        (await database.ReadAsync((connection, token) =>
            connection.GetTable<WorkspaceRow>().SingleOrDefaultAsync(row => row.Name == name, token), cancellationToken))?.ToWorkspace();

    public async Task<Page<Workspace>> ListAsync(PageRequest page, CancellationToken cancellationToken = default)
    {
        var limit = page.CheckedLimit;
        var after = PageCursor.Read(page.Cursor, 1)?[0] ?? "";
        var rows = await database.ReadAsync((connection, token) => connection.GetTable<WorkspaceRow>()
            .Where(row => row.Name.CompareTo(after) > 0).OrderBy(row => row.Name).Take(limit + 1).ToListAsync(token), cancellationToken);
        return rows.ToPage(limit, row => row.ToWorkspace(), row => [row.Name]);
    }

    /// <summary>Refuses a write into a workspace that does not exist.</summary>
    internal static void Require(DataConnection transaction, Caller caller)
    {
        if (!transaction.GetTable<WorkspaceRow>().Any(row => row.Name == caller.Workspace))
            throw new NotFoundException($"There is no workspace '{caller.Workspace}'; create it first.");
    }
}
