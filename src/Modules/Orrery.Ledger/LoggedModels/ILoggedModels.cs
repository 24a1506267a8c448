using Orrery.Kernel;
using Orrery.Ledger.Runs;
using Orrery.Platform.Access;

namespace Orrery.Ledger.LoggedModels;

/// <summary>How far a logged model is.</summary>
public enum LoggedModelStatus
{
    /// <summary>Its files are on their way.</summary>
    Pending,
    /// <summary>It is whole.</summary>
    Ready,
    /// <summary>Its files did not come.</summary>
    Failed,
}

/// <summary>
/// A model that only its run names so far. It still changes: its status, parameters, tags and the metrics of it on datasets. Once it is registered a
/// model version, which never changes, holds what it is.
/// </summary>
/// <param name="Id">What clients call it: <c>m-</c> and 32 hexadecimal digits.</param>
/// <param name="Folder">The number of the folder it is in.</param>
/// <param name="Name">A readable name.</param>
/// <param name="ArtifactUri">Where its files are.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="UpdatedAt">When its status changed.</param>
/// <param name="Status">How far it is.</param>
/// <param name="Type">What sort of model the client says it is: <c>Agent</c>, <c>Classifier</c> …; may be empty.</param>
/// <param name="SourceRun">The run that made it, as the client names it; may be empty.</param>
/// <param name="Parameters">What it was made with.</param>
/// <param name="Tags">Free labels.</param>
/// <param name="Metrics">Its metrics on datasets.</param>
public sealed record LoggedModel(
    string Id, long Folder, string Name, string ArtifactUri, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, LoggedModelStatus Status, string Type,
    string SourceRun, IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, string> Tags, IReadOnlyList<ModelMetric> Metrics);

/// <summary>A metric of a logged model.</summary>
/// <param name="Model">The model's id.</param>
/// <param name="Point">Its value.</param>
/// <param name="Run">The run that measured it.</param>
/// <param name="DatasetName">On which dataset; null where nobody says.</param>
/// <param name="DatasetDigest">Of which content.</param>
public sealed record ModelMetric(string Model, MetricPoint Point, RunId Run, string? DatasetName = null, string? DatasetDigest = null);

/// <summary>A logged model to make.</summary>
public sealed record NewLoggedModel(
    long Folder, string Name, string Type = "", string SourceRun = "", IReadOnlyDictionary<string, string>? Parameters = null, IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>Which logged models are wanted, in which order.</summary>
/// <param name="Folders">The numbers of the folders.</param>
/// <param name="Filter">Conditions joined by AND over <c>metrics.</c>, <c>params.</c>, <c>tags.</c> and attributes; see docs/design/search.md.</param>
/// <param name="Datasets">Only metrics on these count for the filter; without a condition on a metric, models that have one on any of them.</param>
/// <param name="OrderBy">The newest first where there is none, and among equals.</param>
/// <param name="Limit">How many at most.</param>
/// <param name="Cursor">Where the page before ended.</param>
public sealed record LoggedModelSearch(
    IReadOnlyList<long> Folders, string? Filter = null, IReadOnlyList<DatasetChoice>? Datasets = null, IReadOnlyList<LoggedModelOrder>? OrderBy = null,
    int Limit = PageRequest.DefaultLimit, string? Cursor = null);

/// <summary>A dataset by its name, and by its digest if one is given.</summary>
public sealed record DatasetChoice(string Name, string? Digest = null);

/// <summary>One clause of an order: an attribute or <c>metrics.NAME</c>, of a metric on one dataset if one is given.</summary>
public sealed record LoggedModelOrder(string Field, bool Descending = false, DatasetChoice? Dataset = null);

/// <summary>The logged models. Thread-safe; changes are audited in their own transaction.</summary>
public interface ILoggedModels
{
    /// <summary>Makes a logged model, pending.</summary>
    Task<LoggedModel> CreateAsync(Caller caller, NewLoggedModel model, CancellationToken cancellationToken = default);

    /// <summary>The model of that id.</summary>
    /// <exception cref="NotFoundException">There is none, or it was deleted.</exception>
    Task<LoggedModel> GetAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>Says how far a model is.</summary>
    Task<LoggedModel> SetStatusAsync(Caller caller, string id, LoggedModelStatus status, CancellationToken cancellationToken = default);

    /// <summary>Adds parameters; one that exists with another value is a conflict.</summary>
    Task AddParametersAsync(Caller caller, string id, IReadOnlyDictionary<string, string> parameters, CancellationToken cancellationToken = default);

    /// <summary>Sets tags; a null value removes the tag.</summary>
    /// <exception cref="NotFoundException">A tag to remove is not there.</exception>
    Task SetTagsAsync(Caller caller, string id, IReadOnlyDictionary<string, string?> tags, CancellationToken cancellationToken = default);

    /// <summary>Deletes a model; its files stay.</summary>
    Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken = default);

    /// <summary>The models that meet all conditions, in the wanted order.</summary>
    Task<Page<LoggedModel>> SearchAsync(Caller caller, LoggedModelSearch search, CancellationToken cancellationToken = default);
}
