using System.Text.Json;
using Orrery.Kernel;
using Orrery.Platform.Access;

namespace Orrery.Ledger.Evaluation;

/// <summary>
/// Examples that applications are evaluated on: what goes in and what should come out. An asset of kind <c>evaluation-dataset</c>: each change of its records
/// makes a version, whose digest covers them, and the records of every version can still be read.
/// </summary>
/// <param name="Id">Its asset's id.</param>
/// <param name="Name">Its name, unique in the workspace.</param>
/// <param name="Version">The newest version.</param>
/// <param name="Digest">The SHA-256 of that version.</param>
/// <param name="Records">How many records it has.</param>
/// <param name="Schema">Which fields its records have and of what types, as JSON; null while there are none.</param>
/// <param name="Tags">Free labels.</param>
/// <param name="Folders">The folders (experiments) that it is for.</param>
/// <param name="CreatedBy">Who made it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="UpdatedBy">Who changed its records last.</param>
/// <param name="UpdatedAt">When.</param>
public sealed record EvaluationDataset(
    AssetId Id, string Name, int Version, Digest Digest, int Records, string? Schema, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<long> Folders,
    string CreatedBy, DateTimeOffset CreatedAt, string UpdatedBy, DateTimeOffset UpdatedAt);

/// <summary>One example, each part as JSON.</summary>
/// <param name="Id">Its id, which stays when it changes.</param>
/// <param name="Inputs">What goes in; no two records of a dataset have the same.</param>
/// <param name="Outputs">What came out once.</param>
/// <param name="Expectations">What should come out.</param>
/// <param name="Tags">Free labels.</param>
/// <param name="Source">Where it is from.</param>
/// <param name="CreatedBy">Who added it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="UpdatedBy">Who changed it last.</param>
/// <param name="UpdatedAt">When.</param>
public sealed record EvaluationRecord(
    string Id, string Inputs, string? Outputs, string? Expectations, string? Tags, string? Source, string CreatedBy, DateTimeOffset CreatedAt, string UpdatedBy,
    DateTimeOffset UpdatedAt);

/// <summary>An example to add, or to merge into the one with the same inputs: outputs replace, expectations and tags are added.</summary>
public sealed record NewEvaluationRecord(JsonElement Inputs, JsonElement? Outputs = null, JsonElement? Expectations = null, JsonElement? Tags = null, JsonElement? Source = null);

/// <summary>What became of records.</summary>
public sealed record EvaluationUpsert(int Inserted, int Updated);

/// <summary>Which datasets are wanted, in which order.</summary>
/// <param name="Folders">Only those for one of these; null: all.</param>
/// <param name="Filter">Conditions joined by AND over <c>name</c>, <c>created_time</c>, <c>last_update_time</c>, <c>created_by</c>, <c>last_updated_by</c> and <c>tags.</c>.</param>
/// <param name="OrderBy">The newest first where there is none.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Cursor">Where the page before ended.</param>
public sealed record EvaluationSearch(IReadOnlyList<long>? Folders = null, string? Filter = null, IReadOnlyList<string>? OrderBy = null, int Limit = 1000, string? Cursor = null);

/// <summary>The evaluation datasets. Thread-safe; every change is audited in its own transaction.</summary>
public interface IEvaluationDatasets
{
    /// <summary>Makes a dataset without records.</summary>
    /// <exception cref="ConflictException">There is one of that name.</exception>
    /// <exception cref="NotFoundException">There is no such folder.</exception>
    Task<EvaluationDataset> CreateAsync(
        Caller caller, string name, IReadOnlyList<long> folders, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken = default);

    /// <summary>The dataset of that id.</summary>
    /// <exception cref="NotFoundException">There is none, or it was deleted.</exception>
    Task<EvaluationDataset> GetAsync(Caller caller, AssetId id, CancellationToken cancellationToken = default);

    /// <summary>The datasets that meet all conditions.</summary>
    Task<Page<EvaluationDataset>> SearchAsync(Caller caller, EvaluationSearch search, CancellationToken cancellationToken = default);

    /// <summary>Deletes a dataset.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task DeleteAsync(Caller caller, AssetId id, CancellationToken cancellationToken = default);

    /// <summary>Sets tags; a null value removes the tag, if it is there.</summary>
    Task SetTagsAsync(Caller caller, AssetId id, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default);

    /// <summary>Adds records, or merges them into those with the same inputs, and makes a version of it.</summary>
    Task<EvaluationUpsert> UpsertAsync(Caller caller, AssetId id, IReadOnlyList<NewEvaluationRecord> records, CancellationToken cancellationToken = default);

    /// <summary>The records by the time they were added; of the newest version, or of an earlier one.</summary>
    Task<Page<EvaluationRecord>> RecordsAsync(Caller caller, AssetId id, PageRequest page, int? version = null, CancellationToken cancellationToken = default);

    /// <summary>Says for which folders a dataset is, or is not any more.</summary>
    Task<EvaluationDataset> AssociateAsync(Caller caller, AssetId id, IReadOnlyList<long> add, IReadOnlyList<long> remove, CancellationToken cancellationToken = default);
}
