using System.Globalization;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Registry;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Evaluation;

/// <summary>The evaluation datasets on the relational port.</summary>
internal sealed class EvaluationStore(IDatabase database, RecordWriter writer, IRegistry registry, IAudit audit, TimeProvider clock) : IEvaluationDatasets
{
    private const int MaxFolders = 1000;

    public async Task<EvaluationDataset> CreateAsync(
        Caller caller, string name, IReadOnlyList<long> folders, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken = default)
    {
        LedgerNames.Check(name, "evaluation dataset");
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag");
        CheckFolders(folders);
        var id = await database.WriteAsync(transaction =>
        {
            if (transaction.FindAsset(caller, AssetKind.EvaluationDataset, name) is not null)
                throw new ConflictException($"There is an evaluation dataset '{name}' in workspace '{caller.Workspace}' already.");
            var id = writer.Begin(transaction, caller, name);
            foreach (var (key, value) in tags)
                transaction.Insert(new AssetTagRow { AssetId = id, Name = key, Value = value });
            Add(transaction, caller, id, folders);
            return id;
        }, cancellationToken);
        return await GetAsync(caller, new(Guid.Parse(id)), cancellationToken);
    }

    public Task<EvaluationDataset> GetAsync(Caller caller, AssetId id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) => (await DescribeAsync(connection, [Require(connection, caller, id)], token))[0], cancellationToken);

    public Task<Page<EvaluationDataset>> SearchAsync(Caller caller, EvaluationSearch search, CancellationToken cancellationToken = default)
    {
        var query = EvaluationSearchQuery.Parse(search);
        return database.ReadAsync(async (connection, token) =>
        {
            var page = query.Page.Cut(await query.Apply(connection, caller).ToListAsync(token));
            return new Page<EvaluationDataset>(await DescribeAsync(connection, page.Items, token), page.Next);
        }, cancellationToken);
    }

    public async Task DeleteAsync(Caller caller, AssetId id, CancellationToken cancellationToken = default) =>
        await registry.DeleteAsync(caller, AssetKind.EvaluationDataset, (await GetAsync(caller, id, cancellationToken)).Name, cancellationToken);

    public async Task SetTagsAsync(Caller caller, AssetId id, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default) =>
        await registry.SetTagsAsync(caller, AssetKind.EvaluationDataset, (await GetAsync(caller, id, cancellationToken)).Name, tags, cancellationToken);

    public Task<EvaluationUpsert> UpsertAsync(Caller caller, AssetId id, IReadOnlyList<NewEvaluationRecord> records, CancellationToken cancellationToken = default)
    {
        var prepared = RecordWriter.Check(records);
        return database.WriteAsync(transaction => writer.Upsert(transaction, caller, Require(transaction, caller, id), prepared), cancellationToken);
    }

    public Task<Page<EvaluationRecord>> RecordsAsync(Caller caller, AssetId id, PageRequest page, int? version = null, CancellationToken cancellationToken = default)
    {
        var after = PageCursor.Read(page.Cursor, 2);
        var limit = page.CheckedLimit;
        return database.ReadAsync(async (connection, token) =>
        {
            var asset = Require(connection, caller, id);
            var number = version ?? asset.LatestVersion;
            var rows = connection.GetTable<EvaluationRecordRow>().Where(row => row.AssetId == asset.Id && row.Since <= number && (row.Until == null || row.Until > number));
            if (after is [var time, var last])
            {
                var at = PageCursor.Number(time);
                rows = rows.Where(row => row.CreatedAt > at || (row.CreatedAt == at && row.Id.CompareTo(last) > 0));
            }

            var read = await rows.OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).Take(limit + 1).ToListAsync(token);
            return read.ToPage(limit, row => row.ToRecord(), row => [row.CreatedAt.ToString(CultureInfo.InvariantCulture), row.Id]);
        }, cancellationToken);
    }

    public async Task<EvaluationDataset> AssociateAsync(Caller caller, AssetId id, IReadOnlyList<long> add, IReadOnlyList<long> remove, CancellationToken cancellationToken = default)
    {
        CheckFolders(add);
        CheckFolders(remove);
        await database.WriteAsync(transaction =>
        {
            var asset = Require(transaction, caller, id);
            Add(transaction, caller, asset.Id, add);
            var gone = transaction.GetTable<FolderRow>().Where(row => row.Workspace == caller.Workspace && remove.Contains(row.Number)).Select(row => row.Key).ToList();
            transaction.GetTable<EvaluationFolderRow>().Where(row => row.AssetId == asset.Id && gone.Contains(row.FolderKey)).Delete();
            var now = Instant.ToColumn(clock.GetUtcNow());
            transaction.GetTable<AssetRow>().Where(row => row.Id == asset.Id).Set(row => row.UpdatedAt, now).Update();
            audit.Append(transaction, caller, "asset.associated", $"{AssetKind.EvaluationDataset}/{asset.Name}", string.Join(", ", add.Select(number => $"+{number}").Concat(remove.Select(number => $"-{number}"))));
        }, cancellationToken);
        return await GetAsync(caller, id, cancellationToken);
    }

    private static void CheckFolders(IReadOnlyList<long> folders)
    {
        if (folders.Count > MaxFolders)
            throw new QuotaExceededException($"{folders.Count} experiments in one call; at most {MaxFolders}.");
    }

    private static void Add(DataConnection transaction, Caller caller, string asset, IReadOnlyList<long> folders)
    {
        foreach (var number in folders.Distinct())
        {
            var folder = FolderRows.Require(transaction, caller, number);
            if (!transaction.GetTable<EvaluationFolderRow>().Any(row => row.FolderKey == folder.Key && row.AssetId == asset))
                transaction.Insert(new EvaluationFolderRow { FolderKey = folder.Key, AssetId = asset });
        }
    }

    private static AssetRow Require(DataConnection connection, Caller caller, AssetId id)
    {
        var (key, kind) = (id.ToString(), AssetKind.EvaluationDataset.ToString());
        return connection.GetTable<AssetRow>().SingleOrDefault(row => row.Id == key && row.Workspace == caller.Workspace && row.Kind == kind && row.DeletedAt == 0)
            ?? throw new NotFoundException($"Evaluation dataset with id 'd-{id}' not found");
    }

    private static async Task<IReadOnlyList<EvaluationDataset>> DescribeAsync(DataConnection connection, IReadOnlyList<AssetRow> assets, CancellationToken cancellationToken)
    {
        const int most = 500; // ids in one statement
        var described = new List<EvaluationDataset>(assets.Count);
        foreach (var chunk in assets.Chunk(most))
        {
            var ids = chunk.Select(asset => asset.Id).ToList();
            var tags = (await connection.GetTable<AssetTagRow>().Where(row => ids.Contains(row.AssetId)).ToListAsync(cancellationToken)).ToLookup(row => row.AssetId);
            var folders = (await (from row in connection.GetTable<EvaluationFolderRow>()
                                  join folder in connection.GetTable<FolderRow>() on row.FolderKey equals folder.Key
                                  where ids.Contains(row.AssetId)
                                  orderby folder.Number
                                  select new { row.AssetId, folder.Number }).ToListAsync(cancellationToken)).ToLookup(row => row.AssetId, row => row.Number);
            var ends = (await (from version in connection.GetTable<VersionRow>()
                               join asset in connection.GetTable<AssetRow>() on version.AssetId equals asset.Id
                               where ids.Contains(version.AssetId) && (version.Number == 1 || version.Number == asset.LatestVersion)
                               orderby version.Number
                               select version).ToListAsync(cancellationToken)).ToLookup(version => version.AssetId);
            described.AddRange(chunk.Select(asset =>
            {
                var (first, last) = (ends[asset.Id].First(), ends[asset.Id].Last());
                var manifest = RecordWriter.Manifest(last);
                return new EvaluationDataset(
                    new(Guid.Parse(asset.Id)), asset.Name, last.Number, Digest.Parse(last.Digest), manifest.Records, manifest.Schema, tags[asset.Id].ToDictionary(tag => tag.Name, tag => tag.Value),
                    [.. folders[asset.Id]], first.CreatedBy, Instant.FromColumn(asset.CreatedAt), last.CreatedBy, Instant.FromColumn(asset.UpdatedAt));
            }));
        }

        return described;
    }
}
