using Orrery.Data.Datasets;
using Orrery.Platform.Analytics;

namespace Orrery.Data.Ingestion;

/// <summary>A batch whose rows have the dataset's columns, each judged.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Columns">The columns of its rows.</param>
/// <param name="Ignored">Columns of the file that the source does not take.</param>
/// <param name="Rows">Records in the file.</param>
/// <param name="BadRows">Records with a defect.</param>
internal sealed record JudgedBatch(StagedBatch Batch, IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<string> Ignored, long Rows, long BadRows)
{
    /// <summary>The relation of typed rows.</summary>
    public const string Typed = "typed";

    /// <summary>The rows without a defect, as a relation with their numbers.</summary>
    public string Good => GoodOf(Typed, BadRows > 0);

    /// <summary>The good rows in the order of the file.</summary>
    public string Query => $"SELECT {string.Join(", ", Columns.Select(c => Sql.Name(c.Name)))} FROM {Good} ORDER BY {StagedBatch.Row}";

    /// <summary>Those rows of a relation that are not in quarantine.</summary>
    public static string GoodOf(string relation, bool hasBad) => hasBad
        ? $"(SELECT * FROM {relation} WHERE {StagedBatch.Row} NOT IN (SELECT row FROM {Quarantine.Table}))"
        : relation;
}
