using LinqToDB;
using LinqToDB.Data;
using Orrery.Ledger.Assets.Aliases;
using Orrery.Ledger.Audit;
using Orrery.Ledger.Webhooks;
using Orrery.Platform.Access;
using Orrery.Platform.Relational;

namespace Orrery.Ledger.Assets;

/// <summary>What may change about a version: the aliases that point at it and its tags. What is already so is left alone, and leaves no record.</summary>
internal sealed class AssetLabels(IDatabase database, AliasWriter aliases, IAudit audit, EventOutbox outbox)
{
    /// <summary>Points an alias at a version; the number that it pointed at before.</summary>
    public Task<int?> SetAliasAsync(Caller caller, AssetVersion version, string alias, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction =>
        {
            transaction.RequireVersion(caller, version.Ref); // it may have been deleted since it was looked up
            return aliases.Set(transaction, caller, version, alias);
        }, cancellationToken);

    public Task DeleteAliasAsync(Caller caller, AssetVersion version, string alias, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => aliases.Remove(transaction, caller, transaction.RequireAsset(caller, version.Kind, version.Name), alias), cancellationToken);

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
                Tell(transaction, caller, version, name, value);
            }

            if (changes.Count > 0)
                audit.Append(transaction, caller, "version.tagged", version.Ref.ToString(), string.Join(", ", changes.Select(tag => tag.Value is null ? $"-{tag.Key}" : tag.Key)));
        }, cancellationToken);
    }

    private void Tell(DataConnection transaction, Caller caller, AssetVersion version, string name, string? value) =>
        outbox.Append(transaction, caller, new(value is null ? LedgerEvents.VersionTagDeleted : LedgerEvents.VersionTagSet, version.Kind, version.Name)
        {
            Version = version.Number,
            VersionId = version.Id,
            Key = name,
            Value = value,
        });
}
