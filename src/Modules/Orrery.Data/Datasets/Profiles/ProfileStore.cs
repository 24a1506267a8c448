using System.Text.Json;
using LinqToDB;
using LinqToDB.Async;
using Orrery.Data.Datasets.Storage;
using Orrery.Kernel;
using Orrery.Ledger;
using Orrery.Platform.Blobs;
using Orrery.Platform.Relational;

namespace Orrery.Data.Datasets.Profiles;

/// <summary>Keeps profiles by the content that they describe, so that two versions with the same content share one.</summary>
internal sealed class ProfileStore(IDatabase database, IBlobStore blobs, ProfileQuery query)
{
    /// <summary>Changes when a profile says something else about the same rows; older ones are made again.</summary>
    public const int Format = 1;

    /// <summary>4,096 columns with every figure and ten top values of 256 characters stay below this.</summary>
    private const int MaxBytes = 64 << 20;

    public async Task<DatasetProfile> GetAsync(Dataset dataset, CancellationToken cancellationToken)
    {
        var content = dataset.Version.Digest.ToString();
        if (await FindAsync(content, cancellationToken) is { } kept)
            return kept;
        var profile = await query.RunAsync(dataset, cancellationToken);
        var blob = await blobs.PutAsync(JsonSerializer.SerializeToUtf8Bytes(profile, LedgerJson.Options), cancellationToken);
        await database.WriteAsync(connection => connection.InsertOrReplace(
            new ProfileRow { Content = content, Format = Format, Profile = blob.Digest.ToString() }), cancellationToken);
        return profile;
    }

    private async Task<DatasetProfile?> FindAsync(string content, CancellationToken cancellationToken)
    {
        var row = await database.ReadAsync(
            (connection, token) => connection.GetTable<ProfileRow>().FirstOrDefaultAsync(r => r.Content == content && r.Format == Format, token),
            cancellationToken);
        if (row is null || await blobs.LengthAsync(Digest.Parse(row.Profile), cancellationToken) is null)
            return null;
        var json = await blobs.ReadAsync(Digest.Parse(row.Profile), MaxBytes, cancellationToken);
        return JsonSerializer.Deserialize<DatasetProfile>(json, LedgerJson.Options);
    }
}
