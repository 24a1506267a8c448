using System.Text;
using System.Text.Json;
using LinqToDB;
using LinqToDB.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Ledger.Lineage;
using Orrery.Ledger.Storage;
using Orrery.Ledger.Traces;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Evaluation;

/// <summary>Changes the records of evaluation datasets within a transaction, with the version that each change makes and its edges in the lineage.</summary>
internal sealed class RecordWriter(VersionWriter versions, TimeProvider clock)
{
    private const int MaxRecords = 20_000;   // in one call
    private const int MaxOfDataset = 500_000;
    private const int ChunkSize = 1000;      // digests in one statement

    private static readonly BulkCopyOptions Bulk = new() { MaxBatchSize = ChunkSize, BulkCopyType = BulkCopyType.MultipleRows, UseParameters = true };

    /// <summary>The records, checked; of two with the same inputs both are merged, in their order.</summary>
    public static IReadOnlyList<CheckedRecord> Check(IReadOnlyList<NewEvaluationRecord> records) => records.Count <= MaxRecords
        ? [.. records.Select(CheckedRecord.Of)]
        : throw new QuotaExceededException($"{records.Count} records in one call; at most {MaxRecords}. Send them in several.");

    public static EvaluationManifest Manifest(VersionRow version) => JsonSerializer.Deserialize<EvaluationManifest>(version.Manifest, LedgerJson.Options)!;

    /// <summary>Makes a dataset with its first version, which is empty; returns the asset's id.</summary>
    public string Begin(DataConnection transaction, Caller caller, string name) =>
        versions.Add(transaction, caller, Content(name, new(0, Digest.Of([]).ToString(), null), 0)).AssetId.ToString();

    public EvaluationUpsert Upsert(DataConnection transaction, Caller caller, AssetRow asset, IReadOnlyList<CheckedRecord> records)
    {
        var latest = transaction.GetTable<VersionRow>().Single(row => row.AssetId == asset.Id && row.Number == asset.LatestVersion);
        var next = asset.LastNumber + 1;
        var now = Instant.ToColumn(clock.GetUtcNow());
        var (before, after) = (Find(transaction, asset, records), new Dictionary<string, EvaluationRecordRow>());
        var (inserted, updated) = (0, 0);
        foreach (var record in records)
        {
            if ((after.GetValueOrDefault(record.InputsDigest) ?? before.GetValueOrDefault(record.InputsDigest)) is { } there)
            {
                after[record.InputsDigest] = record.Into(there, next, caller.Actor, now);
                updated++;
            }
            else
            {
                after[record.InputsDigest] = record.New(asset.Id, next, caller.Actor, now);
                inserted++;
            }
        }

        var changed = after.Values.Where(row => before.GetValueOrDefault(row.InputsDigest)?.Digest != row.Digest).ToList();
        if (changed.Count == 0)
            return new(inserted, updated);
        Replace(transaction, next, changed, before);
        var version = versions.Add(transaction, caller, Content(asset.Name, ManifestOf(transaction, asset, Manifest(latest).Schema, records), asset.LatestVersion));
        if (version.Number != next)
            throw new ConflictException($"The evaluation dataset '{asset.Name}' changed meanwhile; send the records again.");
        Link(transaction, caller, changed, version.Id);
        return new(inserted, updated);
    }

    private static Dictionary<string, EvaluationRecordRow> Find(DataConnection transaction, AssetRow asset, IReadOnlyList<CheckedRecord> records)
    {
        var found = new Dictionary<string, EvaluationRecordRow>();
        foreach (var digests in records.Select(record => record.InputsDigest).Distinct().Chunk(ChunkSize))
        {
            foreach (var row in transaction.GetTable<EvaluationRecordRow>().Where(row => row.AssetId == asset.Id && digests.Contains(row.InputsDigest) && row.Until == null))
                found[row.InputsDigest] = row;
        }

        return found;
    }

    private static void Replace(DataConnection transaction, int next, List<EvaluationRecordRow> changed, Dictionary<string, EvaluationRecordRow> before)
    {
        foreach (var keys in changed.Select(row => before.GetValueOrDefault(row.InputsDigest)?.Key).OfType<long>().Chunk(ChunkSize))
            transaction.GetTable<EvaluationRecordRow>().Where(row => keys.Contains(row.Key)).Set(row => row.Until, next).Update();
        transaction.BulkCopy(Bulk, changed);
    }

    private static EvaluationManifest ManifestOf(DataConnection transaction, AssetRow asset, string? schema, IReadOnlyList<CheckedRecord> records)
    {
        var digests = transaction.GetTable<EvaluationRecordRow>().Where(row => row.AssetId == asset.Id && row.Until == null)
            .OrderBy(row => row.CreatedAt).ThenBy(row => row.Id).Select(row => row.Digest).ToList();
        if (digests.Count > MaxOfDataset)
            throw new QuotaExceededException($"An evaluation dataset has at most {MaxOfDataset} records; there would be {digests.Count}.");
        return new(digests.Count, Digest.Of(Encoding.ASCII.GetBytes(string.Concat(digests))).ToString(), EvaluationSchema.Extend(schema, [.. records.Select(record => record.Given)]));
    }

    private static VersionContent Content(string name, EvaluationManifest manifest, int after) => VersionContent.Of(new(AssetKind.EvaluationDataset, name, manifest, After: after)
    {
        SameContent = SameContent.AddAnother,
    });

    // A record that was taken from a trace says so: the lineage then leads from the request to what the next version is judged by.
    private void Link(DataConnection transaction, Caller caller, List<EvaluationRecordRow> records, VersionId version)
    {
        var traces = records.Select(row => RecordSource.Trace(row.Source)).OfType<string>().Distinct();
        foreach (var ids in traces.Chunk(ChunkSize))
        {
            foreach (var id in transaction.GetTable<TraceRow>().Where(row => row.Workspace == caller.Workspace && ids.Contains(row.Id)).Select(row => row.Id).ToList())
                LineageRows.Link(transaction, caller, LineageNodeId.Signal(ITraces.Stream, id), LineageNodeId.Of(version), LineageRoles.Example, Instant.Now(clock));
        }
    }
}
