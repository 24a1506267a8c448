using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.LoggedModels;

/// <summary>The logged models on the relational port.</summary>
internal sealed class LoggedModelStore(IDatabase database, IAudit audit, TimeProvider clock) : ILoggedModels
{
    public async Task<LoggedModel> CreateAsync(Caller caller, NewLoggedModel model, CancellationToken cancellationToken = default)
    {
        var (parameters, tags) = (model.Parameters ?? new Dictionary<string, string>(), model.Tags ?? new Dictionary<string, string>());
        LedgerNames.CheckLength(model.Name, 1, Folder.MaxNameLength, "name of a logged model");
        LedgerNames.CheckLength(model.Type, 0, Folder.MaxNameLength, "type of a logged model");
        LedgerNames.CheckLength(model.SourceRun, 0, 64, "source run of a logged model");
        foreach (var (key, value) in parameters)
            LedgerNames.CheckEntry(key, value, "parameter");
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag");
        var now = Instant.Now(clock);
        var id = $"m-{Guid.CreateVersion7(now):N}";
        await database.WriteAsync(transaction =>
        {
            var folder = FolderRows.Active(FolderRows.Require(transaction, caller, model.Folder));
            var time = Instant.ToColumn(now);
            var key = transaction.InsertWithInt64Identity(new LoggedModelRow
            {
                Id = id,
                Workspace = caller.Workspace,
                FolderKey = folder.Key,
                Name = model.Name,
                ArtifactUri = $"{folder.ArtifactRoot.TrimEnd('/')}/models/{id}/artifacts",
                Status = LoggedModelRows.Word(LoggedModelStatus.Pending),
                Type = model.Type,
                SourceRun = model.SourceRun,
                CreatedAt = time,
                UpdatedAt = time,
            });
            foreach (var (name, value) in parameters)
                transaction.Insert(new LoggedModelParameterRow { ModelKey = key, Name = name, Value = value });
            foreach (var (name, value) in tags)
                transaction.Insert(new LoggedModelTagRow { ModelKey = key, Name = name, Value = value });
            audit.Append(transaction, caller, "logged-model.created", Subject(id), model.Name);
        }, cancellationToken);
        return await GetAsync(caller, id, cancellationToken);
    }

    public Task<LoggedModel> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        database.ReadAsync(async (connection, token) =>
        {
            var row = await connection.GetTable<LoggedModelRow>()
                .SingleOrDefaultAsync(model => model.Id == id && model.Workspace == caller.Workspace && model.DeletedAt == null, token) ?? throw LoggedModelRows.Missing(id);
            return (await WithDetailsAsync(connection, [row], token))[0];
        }, cancellationToken);

    public async Task<LoggedModel> SetStatusAsync(Caller caller, string id, LoggedModelStatus status, CancellationToken cancellationToken = default)
    {
        var word = LoggedModelRows.Word(status);
        await ChangeAsync(caller, id, $"logged-model.{word}", (transaction, model) =>
        {
            var now = Instant.ToColumn(clock.GetUtcNow());
            transaction.GetTable<LoggedModelRow>().Where(row => row.Key == model.Key).Set(row => row.Status, word).Set(row => row.UpdatedAt, now).Update();
            return "";
        }, cancellationToken);
        return await GetAsync(caller, id, cancellationToken);
    }

    public Task AddParametersAsync(Caller caller, string id, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken = default)
    {
        foreach (var (key, value) in parameters)
            LedgerNames.CheckEntry(key, value, "parameter");
        return ChangeAsync(caller, id, "logged-model.logged", (transaction, model) =>
        {
            var known = transaction.GetTable<LoggedModelParameterRow>().Where(row => row.ModelKey == model.Key).ToDictionary(row => row.Name, row => row.Value);
            foreach (var (name, value) in parameters)
            {
                if (!known.TryGetValue(name, out var before))
                    transaction.Insert(new LoggedModelParameterRow { ModelKey = model.Key, Name = name, Value = value });
                else if (before != value)
                    throw new ConflictException($"The logged model's parameter '{name}' is '{before}' and cannot become '{value}'.");
            }

            return string.Join(", ", parameters.Keys);
        }, cancellationToken);
    }

    public Task SetTagsAsync(Caller caller, string id, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default)
    {
        foreach (var (key, value) in tags)
            LedgerNames.CheckEntry(key, value, "tag");
        return ChangeAsync(caller, id, "logged-model.tagged", (transaction, model) =>
        {
            foreach (var (name, value) in tags)
                SetTag(transaction, model, name, value);
            return string.Join(", ", tags.Keys);
        }, cancellationToken);
    }

    public Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default) =>
        ChangeAsync(caller, id, "logged-model.deleted", (transaction, model) =>
        {
            var now = Instant.ToColumn(clock.GetUtcNow());
            transaction.GetTable<LoggedModelRow>().Where(row => row.Key == model.Key).Set(row => row.DeletedAt, (long?)now).Update();
            return model.Name;
        }, cancellationToken);

    public Task<Page<LoggedModel>> SearchAsync(Caller caller, LoggedModelSearch search, CancellationToken cancellationToken = default)
    {
        var query = LoggedModelSearchQuery.Parse(search);
        return database.ReadAsync(async (connection, token) =>
        {
            var page = query.Page.Cut(await query.Apply(connection, caller).ToListAsync(token));
            return new Page<LoggedModel>(await WithDetailsAsync(connection, page.Items, token), page.Next);
        }, cancellationToken);
    }

    private static void SetTag(DataConnection transaction, LoggedModelRow model, string name, string? value)
    {
        var there = transaction.GetTable<LoggedModelTagRow>().Where(row => row.ModelKey == model.Key && row.Name == name);
        if (value is null)
        {
            if (there.Delete() == 0)
                throw new NotFoundException($"No tag with key '{name}' found for model with ID '{model.Id}'.");
        }
        else if (there.Set(row => row.Value, value).Update() == 0)
            transaction.Insert(new LoggedModelTagRow { ModelKey = model.Key, Name = name, Value = value });
    }

    private Task ChangeAsync(Caller caller, string id, string action, Func<DataConnection, LoggedModelRow, string> change, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction =>
        {
            var detail = change(transaction, LoggedModelRows.Require(transaction, caller, id));
            audit.Append(transaction, caller, action, Subject(id), detail);
        }, cancellationToken);

    private static async Task<IReadOnlyList<LoggedModel>> WithDetailsAsync(
        DataConnection connection, IReadOnlyList<LoggedModelRow> rows, CancellationToken cancellationToken)
    {
        var keys = rows.Select(row => row.Key).ToList();
        var inFolders = rows.Select(row => row.FolderKey).Distinct().ToList();
        var folders = await connection.GetTable<FolderRow>().Where(row => inFolders.Contains(row.Key)).ToDictionaryAsync(row => row.Key, row => row.Number, cancellationToken);
        var parameters = (await connection.GetTable<LoggedModelParameterRow>().Where(row => keys.Contains(row.ModelKey)).ToListAsync(cancellationToken)).ToLookup(row => row.ModelKey);
        var tags = (await connection.GetTable<LoggedModelTagRow>().Where(row => keys.Contains(row.ModelKey)).ToListAsync(cancellationToken)).ToLookup(row => row.ModelKey);
        var metrics = (await connection.GetTable<LoggedModelMetricRow>().Where(row => keys.Contains(row.ModelKey))
            .OrderBy(row => row.Time).ThenBy(row => row.Step).ToListAsync(cancellationToken)).ToLookup(row => row.ModelKey);
        return
        [
            .. rows.Select(row => new LoggedModel(
                row.Id, folders[row.FolderKey], row.Name, row.ArtifactUri, Instant.FromColumn(row.CreatedAt), Instant.FromColumn(row.UpdatedAt),
                LoggedModelRows.Status(row.Status), row.Type, row.SourceRun,
                parameters[row.Key].ToDictionary(p => p.Name, p => p.Value), tags[row.Key].ToDictionary(t => t.Name, t => t.Value),
                [.. metrics[row.Key].Select(m => m.ToMetric(row.Id))])),
        ];
    }

    private static string Subject(string id) => $"logged-model/{id}";
}
