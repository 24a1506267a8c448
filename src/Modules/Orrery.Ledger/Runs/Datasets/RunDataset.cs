using System.Text.Json;
using LinqToDB;
using LinqToDB.Data;
using LinqToDB.Mapping;
using Orrery.Ledger.Storage;

namespace Orrery.Ledger.Runs.Datasets;

/// <summary>
/// A dataset that a run says it read, known by name and digest alone: a client's data frame, a file, a table elsewhere. A dataset version of this
/// server is a <see cref="RunInput"/> instead.
/// </summary>
/// <param name="Name">What the client calls it.</param>
/// <param name="Digest">A hash of its content, as the client computes it.</param>
/// <param name="SourceType"><c>local</c>, <c>s3</c>, <c>hugging_face</c> …</param>
/// <param name="Source">Where it came from, as JSON.</param>
/// <param name="Schema">Its columns, as JSON.</param>
/// <param name="Profile">Its counts, as JSON.</param>
/// <param name="Tags">What the run used it for, in their order; <see cref="ContextTag"/> above all.</param>
public sealed record RunDataset(
    string Name, string Digest, string SourceType, string Source, string? Schema, string? Profile, IReadOnlyList<KeyValuePair<string, string>> Tags)
{
    /// <summary>The tag that says what a run used it for: <c>training</c>, <c>evaluation</c> …</summary>
    public const string ContextTag = "mlflow.data.context";

    /// <summary>What the run used it for; null where it does not say.</summary>
    public string? Context => Tags.Where(tag => tag.Key == ContextTag).Select(tag => tag.Value).FirstOrDefault();
}

/// <summary>A dataset that runs of a folder read.</summary>
public sealed record DatasetUse(long Folder, string Name, string Digest, string? Context);

[Table("run_datasets")]
internal sealed record RunDatasetRow
{
    [PrimaryKey(1), Column("run_key")] public long RunKey { get; init; }
    [PrimaryKey(2), Column("name")] public string Name { get; init; } = "";
    [PrimaryKey(3), Column("digest")] public string Digest { get; init; } = "";
    [Column("number")] public int Number { get; init; }
    [Column("source_type")] public string SourceType { get; init; } = "";
    [Column("source")] public string Source { get; init; } = "";
    [Column("schema")] public string? Schema { get; init; }
    [Column("profile")] public string? Profile { get; init; }
    [Column("context")] public string? Context { get; init; }
    [Column("tags")] public string Tags { get; init; } = "";

    public RunDataset ToDataset() => new(
        Name, Digest, SourceType, Source, Schema, Profile, JsonSerializer.Deserialize<List<KeyValuePair<string, string>>>(Tags, LedgerJson.Options)!);
}

internal static class RunDatasetRows
{
    private const int MaxNameLength = 500;
    private const int MaxDigestLength = 256;
    private const int MaxDocumentLength = 16 << 20;

    public static void Check(RunDataset dataset)
    {
        LedgerNames.CheckLength(dataset.Name, 1, MaxNameLength, "name of a dataset");
        LedgerNames.CheckLength(dataset.Digest, 1, MaxDigestLength, "digest of a dataset");
        LedgerNames.CheckLength(dataset.SourceType, 0, MaxDigestLength, "source type of a dataset");
        LedgerNames.CheckLength(dataset.Source, 0, LedgerNames.MaxValueLength, "source of a dataset");
        LedgerNames.CheckLength(dataset.Schema ?? "", 0, MaxDocumentLength, "schema of a dataset");
        LedgerNames.CheckLength(dataset.Profile ?? "", 0, MaxDocumentLength, "profile of a dataset");
        foreach (var (key, value) in dataset.Tags)
            LedgerNames.CheckEntry(key, value, "tag of a dataset");
    }

    /// <summary>Adds what the run does not name yet; what it names stays as it was said first.</summary>
    public static int Add(DataConnection transaction, long run, IReadOnlyList<RunDataset> datasets)
    {
        if (datasets.Count == 0)
            return 0;
        var known = transaction.GetTable<RunDatasetRow>().Where(row => row.RunKey == run).Select(row => new { row.Name, row.Digest }).ToHashSet();
        var added = 0;
        foreach (var dataset in datasets)
        {
            if (!known.Add(new { dataset.Name, dataset.Digest }))
                continue;
            added++;
            transaction.Insert(new RunDatasetRow
            {
                RunKey = run,
                Name = dataset.Name,
                Digest = dataset.Digest,
                Number = known.Count,
                SourceType = dataset.SourceType,
                Source = dataset.Source,
                Schema = dataset.Schema,
                Profile = dataset.Profile,
                Context = dataset.Context,
                Tags = JsonSerializer.Serialize(dataset.Tags, LedgerJson.Options),
            });
        }

        return added;
    }
}
