using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Microsoft.Extensions.Options;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Workspaces;
using Orrery.Ledger.Traces;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Folders;

/// <summary>The folders on the relational port.</summary>
internal sealed class FolderStore(IDatabase database, IAudit audit, IOptions<LedgerOptions> options, TimeProvider clock) : IFolders
{
    public Task<Folder> CreateAsync(Caller caller, NewFolder folder, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckFolder(folder.Name);
        if (folder.ArtifactRoot is { Length: > LedgerNames.MaxPathLength * 2 } or "")
            throw new InvalidException($"An artifact root has 1 to {LedgerNames.MaxPathLength * 2} characters.");
        var tags = folder.Tags ?? new Dictionary<string, string>();
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag");
        return database.WriteAsync(transaction =>
        {
            WorkspaceStore.Require(transaction, caller);
            if (FolderRows.Find(transaction, caller, folder.Name) is { } there)
                throw Taken(there);
            var row = FolderRows.Add(transaction, caller, folder.Name, folder.ArtifactRoot, options.Value.ArtifactRoot, Instant.Now(clock));
            foreach (var (name, value) in tags)
                transaction.Insert(new FolderTagRow { FolderKey = row.Key, Name = name, Value = value });
            audit.Append(transaction, caller, "folder.created", Subject(row.Number), folder.Name);
            return row.ToFolder(tags);
        }, cancellationToken);
    }

    public Task<Folder> GetAsync(Caller caller, long number, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var row = await connection.GetTable<FolderRow>().SingleOrDefaultAsync(folder => folder.Workspace == caller.Workspace && folder.Number == number, token)
                ?? throw FolderRows.Missing(caller, number);
            return (await WithTagsAsync(connection, [row], token))[0];
        }, cancellationToken);

    public Task<Folder?> FindAsync(Caller caller, string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var row = await connection.GetTable<FolderRow>().SingleOrDefaultAsync(folder => folder.Workspace == caller.Workspace && folder.Name == name, token);
            return row is null ? null : (await WithTagsAsync(connection, [row], token))[0];
        }, cancellationToken);

    public Task<Page<Folder>> SearchAsync(Caller caller, FolderSearch search, CancellationToken cancellationToken = default)
    {
        var query = FolderSearchQuery.Parse(search);
        return database.ReadAsync(async (connection, token) =>
        {
            var rows = await query.Apply(connection, caller).ToListAsync(token);
            var page = query.Page.Cut(rows);
            return new Page<Folder>(await WithTagsAsync(connection, page.Items, token), page.Next);
        }, cancellationToken);
    }

    public Task RenameAsync(Caller caller, long number, string name, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckFolder(name);
        return ChangeAsync(caller, number, "folder.renamed", (transaction, folder, now) =>
        {
            if (FolderRows.Active(folder).Name == name)
                return "";
            if (FolderRows.Find(transaction, caller, name) is { } there)
                throw Taken(there);
            transaction.GetTable<FolderRow>().Where(row => row.Key == folder.Key).Set(row => row.Name, name).Set(row => row.UpdatedAt, now).Update();
            return $"{folder.Name} → {name}";
        }, cancellationToken);
    }

    public Task DeleteAsync(Caller caller, long number, CancellationToken cancellationToken = default) =>
        ChangeAsync(caller, number, "folder.deleted", (transaction, folder, now) =>
        {
            if (folder.DeletedAt is not null)
                throw FolderRows.Missing(caller, number);
            SetDeleted(transaction, folder, now, now);
            return folder.Name;
        }, cancellationToken);

    public Task RestoreAsync(Caller caller, long number, CancellationToken cancellationToken = default) =>
        ChangeAsync(caller, number, "folder.restored", (transaction, folder, now) =>
        {
            if (folder.DeletedAt is null)
                throw new NotFoundException($"No deleted experiment (folder of runs) with id={number} exists in workspace '{caller.Workspace}'.");
            SetDeleted(transaction, folder, null, now);
            return folder.Name;
        }, cancellationToken);

    public Task SetTagsAsync(Caller caller, long number, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default)
    {
        foreach (var (key, value) in tags)
        {
            LedgerNames.CheckEntry(key, value, "tag");
            if (key == TraceKeys.Retention && value is not null && !TraceRetention.TryParse(value, out _))
                throw new InvalidException($"The tag '{key}' says how long traces are kept: expected a duration such as 30d or 12h, or 'forever', got '{value}'.");
        }

        return ChangeAsync(caller, number, "folder.tagged", (transaction, folder, _) =>
        {
            FolderRows.Active(folder);
            foreach (var (name, value) in tags)
                SetTag(transaction, folder, name, value);
            return string.Join(", ", tags.Keys);
        }, cancellationToken);
    }

    private static void SetTag(DataConnection transaction, FolderRow folder, string name, string? value)
    {
        var there = transaction.GetTable<FolderTagRow>().Where(row => row.FolderKey == folder.Key && row.Name == name);
        if (value is null)
        {
            if (there.Delete() == 0)
                throw new NotFoundException($"No tag with name: {name} in experiment with id {folder.Number}.");
        }
        else if (there.Set(row => row.Value, value).Update() == 0)
            transaction.Insert(new FolderTagRow { FolderKey = folder.Key, Name = name, Value = value });
    }

    private static void SetDeleted(DataConnection transaction, FolderRow folder, long? deletedAt, long now)
    {
        transaction.GetTable<FolderRow>().Where(row => row.Key == folder.Key).Set(row => row.DeletedAt, deletedAt).Set(row => row.UpdatedAt, now).Update();
        transaction.GetTable<RunRow>().Where(row => row.FolderKey == folder.Key).Set(row => row.DeletedAt, deletedAt).Update();
    }

    private Task ChangeAsync(Caller caller, long number, string action, Func<DataConnection, FolderRow, long, string> change, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction =>
        {
            var folder = FolderRows.Require(transaction, caller, number);
            var detail = change(transaction, folder, Instant.ToColumn(clock.GetUtcNow()));
            audit.Append(transaction, caller, action, Subject(number), detail);
        }, cancellationToken);

    private static async Task<IReadOnlyList<Folder>> WithTagsAsync(DataConnection connection, IReadOnlyList<FolderRow> rows, CancellationToken cancellationToken)
    {
        var keys = rows.Select(row => row.Key).ToList();
        var tags = (await connection.GetTable<FolderTagRow>().Where(tag => keys.Contains(tag.FolderKey)).ToListAsync(cancellationToken)).ToLookup(tag => tag.FolderKey);
        return [.. rows.Select(row => row.ToFolder(tags[row.Key].ToDictionary(tag => tag.Name, tag => tag.Value)))];
    }

    private static ConflictException Taken(FolderRow there) => new(
        $"Experiment(name={there.Name}) already exists: the folder {there.Number}{(there.DeletedAt is null ? "" : " of that name is deleted; restore it, or take another name")}.");

    private static string Subject(long number) => FormattableString.Invariant($"folder/{number}");
}
