using System.Globalization;
using LinqToDB;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Storage;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Assets;

/// <summary>What may change about a version: the aliases that point at it and its tags. What is already so is left alone, and leaves no record.</summary>
internal sealed class AssetLabels(IDatabase database, IAudit audit, TimeProvider clock)
{
    /// <summary>Points an alias at a version; the number that it pointed at before.</summary>
    public Task<int?> SetAliasAsync(Caller caller, AssetVersion version, string alias, CancellationToken cancellationToken)
    {
        var asset = version.AssetId.ToString();
        return database.WriteAsync(transaction =>
        {
            var aliases = transaction.GetTable<AliasRow>().Where(row => row.AssetId == asset && row.Alias == alias);
            var before = aliases.Select(row => (int?)row.Number).SingleOrDefault();
            if (before == version.Number)
                return before;
            if (before is null)
                transaction.Insert(new AliasRow { AssetId = asset, Alias = alias, Number = version.Number });
            else
                aliases.Set(row => row.Number, version.Number).Update();
            Touch(transaction, asset);
            var was = before is null ? "" : string.Create(CultureInfo.InvariantCulture, $" (was {before})");
            audit.Append(transaction, caller, "alias.set", $"{version.Kind}/{version.Name}@{alias}", string.Create(CultureInfo.InvariantCulture, $"{version.Number}{was}"));
            return before;
        }, cancellationToken);
    }

    public Task DeleteAliasAsync(Caller caller, AssetVersion version, string alias, CancellationToken cancellationToken)
    {
        var asset = version.AssetId.ToString();
        return database.WriteAsync(transaction =>
        {
            if (transaction.GetTable<AliasRow>().Where(row => row.AssetId == asset && row.Alias == alias).Delete() == 0)
                return;
            Touch(transaction, asset);
            audit.Append(transaction, caller, "alias.deleted", $"{version.Kind}/{version.Name}@{alias}", string.Create(CultureInfo.InvariantCulture, $"was {version.Number}"));
        }, cancellationToken);
    }

    public Task SetTagsAsync(Caller caller, AssetVersion version, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken)
    {
        var id = version.Id.ToString();
        return database.WriteAsync(transaction =>
        {
            var present = transaction.GetTable<VersionTagRow>().Where(row => row.VersionId == id).ToDictionary(row => row.Name, row => row.Value);
            var changes = tags.Where(tag => present.GetValueOrDefault(tag.Key) != tag.Value).ToList();
            foreach (var (name, value) in changes)
            {
                transaction.GetTable<VersionTagRow>().Where(row => row.VersionId == id && row.Name == name).Delete();
                if (value is not null)
                    transaction.Insert(new VersionTagRow { VersionId = id, Name = name, Value = value });
            }

            if (changes.Count > 0)
                audit.Append(transaction, caller, "version.tagged", version.Ref.ToString(), string.Join(", ", changes.Select(tag => tag.Value is null ? $"-{tag.Key}" : tag.Key)));
        }, cancellationToken);
    }

    private void Touch(LinqToDB.Data.DataConnection transaction, string asset)
    {
        var now = Instant.ToColumn(clock.GetUtcNow());
        transaction.GetTable<AssetRow>().Where(row => row.Id == asset).Set(row => row.UpdatedAt, now).Update();
    }
}
