using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Runs;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Artifacts;

/// <summary>The tree over two tables: the artifacts of runs, and the files beside them.</summary>
internal sealed class ArtifactTree(IDatabase database, IRuns runs, IAudit audit, TimeProvider clock) : IArtifactTree
{
    public async Task PutAsync(Caller caller, ArtifactFile file, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckPath(file.Path);
        LedgerNames.CheckKey(file.MediaType, "media type");
        var place = await PlaceAsync(caller, file.Path, cancellationToken);
        if (place.Run is { } run)
        {
            LedgerNames.CheckPath(place.Path);
            await runs.LogAsync(caller, run, new() { Artifacts = [new(place.Path, file.Content, file.MediaType)] }, cancellationToken);
            return;
        }

        var row = new ArtifactFileRow
        {
            Workspace = caller.Workspace,
            Path = file.Path,
            Digest = file.Content.Digest.ToString(),
            Length = file.Content.Length,
            MediaType = file.MediaType,
            CreatedAt = Instant.ToColumn(clock.GetUtcNow()),
        };
        await database.WriteAsync(transaction =>
        {
            transaction.InsertOrReplace(row);
            audit.Append(transaction, caller, "artifact.put", $"artifact/{file.Path}", $"sha256:{row.Digest}");
        }, cancellationToken);
    }

    public async Task<ArtifactFile> GetAsync(Caller caller, string path, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckPath(path);
        var place = await PlaceAsync(caller, path, cancellationToken);
        var found = await database.ReadAsync((connection, token) => Files(connection, caller, place).SingleOrDefaultAsync(row => row.Path == place.Path, token), cancellationToken);
        return found is null ? throw new NotFoundException($"There is no artifact '{path}' in workspace '{caller.Workspace}'.") : File(found, path);
    }

    public async Task<IReadOnlyList<ArtifactEntry>> ListAsync(Caller caller, string folder, CancellationToken cancellationToken = default)
    {
        var place = await FolderAsync(caller, folder, cancellationToken);
        return await database.ReadAsync(
            (connection, token) => FolderListing.ChildrenAsync(
                place.Path, (from, end, limit, stop) => Between(Files(connection, caller, place), from, end).OrderBy(row => row.Path).Take(limit).ToListAsync(stop), FolderListing.BatchSize, token),
            cancellationToken);
    }

    public async Task<IReadOnlyList<ArtifactFile>> FilesAsync(Caller caller, string folder, int limit, CancellationToken cancellationToken = default)
    {
        var place = await FolderAsync(caller, folder, cancellationToken);
        var (from, end) = FolderListing.Range(place.Path);
        var rows = await database.ReadAsync(
            (connection, token) => Between(Files(connection, caller, place), from, end).OrderBy(row => row.Path).Take(limit).ToListAsync(token), cancellationToken);
        var above = folder[..(folder.Length - place.Path.Length)].TrimEnd('/');
        return [.. rows.Select(row => File(row, above.Length == 0 ? row.Path : $"{above}/{row.Path}"))];
    }

    public async Task<int> DeleteAsync(Caller caller, string path, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckPath(path);
        var place = await PlaceAsync(caller, path, cancellationToken);
        var (from, end) = FolderListing.Range(place.Path);
        return await database.WriteAsync(transaction =>
        {
            var gone = place.Run is { } run
                ? Delete(transaction.GetTable<RunArtifactRow>().Where(row => row.RunId == run.ToString()), place.Path, from, end)
                : Delete(transaction.GetTable<ArtifactFileRow>().Where(row => row.Workspace == caller.Workspace), place.Path, from, end);
            if (gone > 0)
                audit.Append(transaction, caller, "artifact.deleted", $"artifact/{path}", $"{gone} files");
            return gone;
        }, cancellationToken);
    }

    private static int Delete(IQueryable<RunArtifactRow> rows, string path, string from, string? end) =>
        rows.Where(row => path == "" || row.Path == path || (row.Path.CompareTo(from) >= 0 && row.Path.CompareTo(end) < 0)).Delete();

    private static int Delete(IQueryable<ArtifactFileRow> rows, string path, string from, string? end) =>
        rows.Where(row => row.Path == path || (row.Path.CompareTo(from) >= 0 && row.Path.CompareTo(end) < 0)).Delete();

    private static IQueryable<ListedFile> Between(IQueryable<ListedFile> files, string from, string? end) =>
        end is null ? files.Where(row => row.Path.CompareTo(from) >= 0) : files.Where(row => row.Path.CompareTo(from) >= 0 && row.Path.CompareTo(end) < 0);

    private static IQueryable<ListedFile> Files(DataConnection connection, Caller caller, ArtifactPlace place)
    {
        if (place.Run?.ToString() is not { } run)
        {
            return connection.GetTable<ArtifactFileRow>().Where(row => row.Workspace == caller.Workspace)
                .Select(row => new ListedFile(row.Path, row.Digest, row.Length, row.MediaType));
        }

        return connection.GetTable<RunArtifactRow>().Where(row => row.RunId == run).Select(row => new ListedFile(row.Path, row.Digest, row.Length, row.MediaType));
    }

    private static ArtifactFile File(ListedFile row, string path) => new(path, new(Digest.Parse(row.Digest), row.Length), row.MediaType);

    private async Task<ArtifactPlace> FolderAsync(Caller caller, string folder, CancellationToken cancellationToken)
    {
        if (folder.Length > 0)
            LedgerNames.CheckPath(folder);
        return await PlaceAsync(caller, folder, cancellationToken);
    }

    // A path that has the shape of a run's but names none of this workspace is a path like any other.
    private async Task<ArtifactPlace> PlaceAsync(Caller caller, string path, CancellationToken cancellationToken)
    {
        var place = ArtifactPlace.Of(path);
        if (place.Run?.ToString() is not { } run)
            return place;
        var isRun = await database.ReadAsync(
            (connection, token) => connection.GetTable<RunRow>().AnyAsync(row => row.Id == run && row.Workspace == caller.Workspace, token), cancellationToken);
        return isRun ? place : new(null, path);
    }
}
