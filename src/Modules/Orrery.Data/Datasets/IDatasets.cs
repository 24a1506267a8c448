using DuckDB.NET.Data;
using Orrery.Kernel;
using Orrery.Ledger.Assets;
using Orrery.Platform.Access;

namespace Orrery.Data.Datasets;

/// <summary>The type of a dataset's column.</summary>
public enum ColumnType
{
    /// <summary>True or false.</summary>
    Boolean,
    /// <summary>64-bit integer.</summary>
    Int64,
    /// <summary>64-bit float.</summary>
    Float64,
    /// <summary>UTF-8 text.</summary>
    Text,
    /// <summary>An instant in UTC, microseconds.</summary>
    Timestamp,
}

/// <summary>A column of a dataset.</summary>
public sealed record DatasetColumn(string Name, ColumnType Type);

/// <summary>One immutable Parquet file of a dataset version.</summary>
/// <param name="Digest">Its content.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="Rows">Its rows.</param>
/// <param name="Origin">What it was read from, where it was ingested: so the same bytes are never appended twice.</param>
public sealed record DatasetFile(Digest Digest, long Bytes, long Rows, FileOrigin? Origin = null);

/// <summary>Where an ingested file of a dataset came from.</summary>
/// <param name="Source">The source's name.</param>
/// <param name="Content">The digest of the bytes that were ingested.</param>
public sealed record FileOrigin(string Source, Digest Content);

/// <summary>What a dataset version is.</summary>
/// <param name="Columns">Its columns in order.</param>
/// <param name="Files">Its Parquet files in order; versions share the files they have in common.</param>
/// <param name="Rows">Rows in all.</param>
/// <param name="Timestamp">The column that says when a row became known, where there is one.</param>
public sealed record DatasetManifest(IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<DatasetFile> Files, long Rows, string? Timestamp = null);

/// <summary>A dataset version whose files are at hand.</summary>
/// <param name="Version">The version.</param>
/// <param name="Manifest">What it is.</param>
/// <param name="Paths">Local paths of its files, in order; read-only.</param>
public sealed record Dataset(AssetVersion Version, DatasetManifest Manifest, IReadOnlyList<string> Paths);

/// <summary>A dataset version to write.</summary>
/// <param name="Name">The dataset's name.</param>
/// <param name="Timestamp">The column that says when a row became known.</param>
/// <param name="Run">The run that writes it.</param>
/// <param name="AppendTo">
/// The version whose files come first, for datasets that grow. It must still be the latest one and have the same columns; otherwise a conflict is thrown.
/// </param>
public sealed record NewDataset(string Name, string? Timestamp = null, RunId? Run = null, VersionId? AppendTo = null);

/// <summary>Datasets: immutable, content-addressed Parquet. Thread-safe.</summary>
public interface IDatasets
{
    /// <summary>Opens a version.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<Dataset> OpenAsync(Caller caller, AssetRef reference, CancellationToken cancellationToken = default);

    /// <summary>Opens a version by id.</summary>
    Task<Dataset> OpenAsync(Caller caller, VersionId version, CancellationToken cancellationToken = default);

    /// <summary>
    /// Writes the rows of a query, in its order, as a new version: the same rows give the same bytes, whatever the session's threads. Narrower types
    /// are widened (integers to 64 bits, dates to timestamps); types that a dataset cannot hold without loss (DECIMAL, HUGEINT, nested) are refused.
    /// </summary>
    /// <param name="caller">On whose behalf.</param>
    /// <param name="dataset">What to write.</param>
    /// <param name="session">An analytical session that the query runs in; the query may use its temporary tables.</param>
    /// <param name="query">A SELECT, written by this house and not by a user.</param>
    /// <param name="cancellationToken">Cancels the query.</param>
    Task<Dataset> WriteAsync(Caller caller, NewDataset dataset, DuckDBConnection session, string query, CancellationToken cancellationToken = default);

    /// <summary>The profile of a version; made at first need and kept.</summary>
    Task<DatasetProfile> ProfileAsync(Caller caller, VersionId version, CancellationToken cancellationToken = default);
}

/// <summary>What a dataset looks like.</summary>
public sealed record DatasetProfile(long Rows, IReadOnlyList<ColumnProfile> Columns);

/// <summary>What a column looks like. Numeric figures are null for text, and text figures for numbers.</summary>
/// <param name="Name">The column.</param>
/// <param name="Type">Its type.</param>
/// <param name="Missing">Rows without a value (null or NaN).</param>
/// <param name="Distinct">Different values; approximate (HyperLogLog) above 10,000.</param>
/// <param name="Minimum">Smallest; timestamps in seconds since 1970.</param>
/// <param name="Maximum">Largest.</param>
/// <param name="Mean">Mean.</param>
/// <param name="StandardDeviation">Of the sample (n − 1).</param>
/// <param name="Quantiles">At 0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99.</param>
/// <param name="Histogram">Equal-width over the range, 20 bins.</param>
/// <param name="TopValues">The ten most frequent values of text, boolean and few-valued integer columns.</param>
public sealed record ColumnProfile(
    string Name, ColumnType Type, long Missing, long Distinct, double? Minimum, double? Maximum, double? Mean, double? StandardDeviation,
    IReadOnlyList<double>? Quantiles, IReadOnlyList<HistogramBin>? Histogram, IReadOnlyList<ValueCount>? TopValues);

/// <summary>Rows with a value from <paramref name="From"/> to below <paramref name="To"/> (the last bin holds its upper edge).</summary>
public sealed record HistogramBin(double From, double To, long Count);

/// <summary>How often a value is there.</summary>
public sealed record ValueCount(string Value, long Count);
