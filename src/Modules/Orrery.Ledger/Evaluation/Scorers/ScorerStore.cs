using System.Globalization;
using System.Text.Json;
using LinqToDB;
using LinqToDB.Async;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Assets.Registry;
using Orrery.Ledger.Folders;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Evaluation.Scorers;

/// <summary>The scorers as assets.</summary>
internal sealed class ScorerStore(IDatabase database, VersionWriter versions, IRegistry registry) : IScorers
{
    private const int MaxListed = 10_000;

    private static readonly string Kind = AssetKind.Scorer.ToString();

    public Task<Scorer> RegisterAsync(Caller caller, long folder, string name, string definition, CancellationToken cancellationToken = default)
    {
        LedgerNames.CheckText(definition, "definition of a scorer");
        var content = VersionContent.Of(new(AssetKind.Scorer, NameOf(folder, name), new ScorerManifest(definition)) { SameContent = SameContent.AddAnother });
        return database.WriteAsync(transaction =>
        {
            FolderRows.Active(FolderRows.Require(transaction, caller, folder));
            var version = versions.Add(transaction, caller, content);
            return new Scorer(version.AssetId, folder, name, version.Number, definition, version.CreatedAt);
        }, cancellationToken);
    }

    public Task<IReadOnlyList<Scorer>> ListAsync(Caller caller, long folder, CancellationToken cancellationToken = default)
    {
        var prefix = NameOf(folder, "");
        return database.ReadAsync<IReadOnlyList<Scorer>>(async (connection, token) =>
        {
            FolderRows.Active(FolderRows.Require(connection, caller, folder));
            var rows = await (from version in connection.GetTable<VersionRow>()
                              join asset in connection.GetTable<AssetRow>() on version.AssetId equals asset.Id
                              where asset.Workspace == caller.Workspace && asset.Kind == Kind && asset.DeletedAt == 0 && asset.Name.StartsWith(prefix) && version.Number == asset.LatestVersion
                              orderby asset.Name
                              select new { asset, version }).Take(MaxListed).ToListAsync(token);
            return [.. rows.Select(row => ToScorer(row.asset, row.version, folder, row.asset.Name[prefix.Length..]))];
        }, cancellationToken);
    }

    public Task<IReadOnlyList<Scorer>> VersionsAsync(Caller caller, long folder, string name, CancellationToken cancellationToken = default) =>
        database.ReadAsync<IReadOnlyList<Scorer>>(async (connection, token) =>
        {
            FolderRows.Active(FolderRows.Require(connection, caller, folder));
            var asset = Require(connection, caller, folder, name);
            var rows = await connection.GetTable<VersionRow>().Where(row => row.AssetId == asset.Id && row.DeletedAt == null).OrderBy(row => row.Number).Take(MaxListed).ToListAsync(token);
            return rows.Count > 0 ? [.. rows.Select(row => ToScorer(asset, row, folder, name))] : throw Missing(folder, name);
        }, cancellationToken);

    public async Task DeleteAsync(Caller caller, long folder, string name, int? version, CancellationToken cancellationToken = default)
    {
        var there = await VersionsAsync(caller, folder, name, cancellationToken);
        if (version is not { } number || there is [{ Version: var only }] && only == number)
            await registry.DeleteAsync(caller, AssetKind.Scorer, NameOf(folder, name), cancellationToken);
        else if (there.Any(one => one.Version == number))
            await registry.DeleteVersionAsync(caller, new(AssetKind.Scorer, NameOf(folder, name), number), cancellationToken);
        else
            throw new NotFoundException($"Scorer with name '{name}' and version {number} not found for experiment {folder}.");
    }

    private static AssetRow Require(DataConnection connection, Caller caller, long folder, string name) =>
        connection.FindAsset(caller, AssetKind.Scorer, NameOf(folder, name)) ?? throw Missing(folder, name);

    private static NotFoundException Missing(long folder, string name) => new($"Scorer with name '{name}' not found for experiment {folder}.");

    private static string NameOf(long folder, string name) => string.Create(CultureInfo.InvariantCulture, $"{folder}.{name}");

    private static Scorer ToScorer(AssetRow asset, VersionRow version, long folder, string name) => new(
        new(Guid.Parse(asset.Id)), folder, name, version.Number, JsonSerializer.Deserialize<ScorerManifest>(version.Manifest, LedgerJson.Options)!.Definition,
        Instant.FromColumn(version.CreatedAt));

    private sealed record ScorerManifest(string Definition);
}
