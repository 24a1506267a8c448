using Orrery.Data.Expectations;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;

namespace Orrery.Data.Ingestion;

/// <summary>What becomes of the rows that the dataset has already.</summary>
public enum IngestMode
{
    /// <summary>They stay, and the file's rows come behind them.</summary>
    Append,
    /// <summary>The new version holds the file's rows alone.</summary>
    Replace,
}

/// <summary>A file to ingest.</summary>
/// <param name="Source">The declared source's name.</param>
/// <param name="FileName">What the file is called, for people; nothing is opened by it.</param>
/// <param name="Mode">What becomes of the rows that are there.</param>
/// <param name="Run">The run to record it on, a pipeline step's own; a run of kind <c>ingest</c> is started where it is left out.</param>
/// <param name="Progress">Hears how far it is.</param>
public sealed record IngestRequest(
    string Source, string FileName, IngestMode Mode = IngestMode.Append, RunId? Run = null, IProgress<IngestProgress>? Progress = null);

/// <summary>How far an ingestion is.</summary>
/// <param name="Bytes">Bytes of the file that were read.</param>
/// <param name="TotalBytes">Bytes of the file.</param>
public sealed record IngestProgress(long Bytes, long TotalBytes);

/// <summary>How an ingestion came out.</summary>
public enum IngestOutcome
{
    /// <summary>A version was written.</summary>
    Ingested,
    /// <summary>The same bytes had come from the same source before; nothing was done.</summary>
    AlreadyIngested,
    /// <summary>Nothing was written but the quarantine.</summary>
    Refused,
}

/// <summary>How an ingestion came out.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Dataset">The dataset's name.</param>
/// <param name="Version">The version with the file's rows; null where it was refused.</param>
/// <param name="Run">The run that read the file: where the quarantine is. Of a file that had come before, the run of that time.</param>
/// <param name="Content">The digest of the file.</param>
/// <param name="RowsRead">Records in the file.</param>
/// <param name="RowsAdded">Rows in the dataset because of it.</param>
/// <param name="RowsQuarantined">Records with at least one defect.</param>
/// <param name="Reasons">How many defects there are of each kind; a record may have several.</param>
/// <param name="Sample">The first defects.</param>
/// <param name="IgnoredColumns">Columns of the file that the source does not take.</param>
/// <param name="Validation">How the batch stands against the source's suite, where it has one.</param>
/// <param name="Refusal">Why it was refused.</param>
public sealed record IngestResult(
    IngestOutcome Outcome, string Dataset, AssetVersion? Version, RunId? Run, Digest Content, long RowsRead, long RowsAdded, long RowsQuarantined,
    IReadOnlyDictionary<QuarantineReason, long> Reasons, IReadOnlyList<QuarantinedRow> Sample, IReadOnlyList<string> IgnoredColumns, ValidationReport? Validation, string? Refusal);

/// <summary>
/// Reads files into datasets. A row that cannot be used goes to quarantine with its line, column, value and reason; a file with too many of them is
/// refused whole. Idempotent by content: the same bytes from the same source are appended once.
/// </summary>
/// <remarks>Thread-safe. Files that come at once for one dataset are each appended; their order is that of their arrival in the ledger.</remarks>
public interface IIngestion
{
    /// <summary>Ingests all that remains in <paramref name="content"/>.</summary>
    /// <exception cref="NotFoundException">There is no such source.</exception>
    /// <exception cref="QuotaExceededException">The file is longer than allowed, or took longer to compute.</exception>
    Task<IngestResult> IngestAsync(Caller caller, IngestRequest request, Stream content, CancellationToken cancellationToken = default);

    /// <summary>The defects that a run found, in the order of the file; empty where it found none.</summary>
    Task<Page<QuarantinedRow>> QuarantineAsync(Caller caller, RunId run, PageRequest page, CancellationToken cancellationToken = default);
}
