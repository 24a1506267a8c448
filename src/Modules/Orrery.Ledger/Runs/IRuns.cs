using System.Text.Json;
using System.Text.Json.Serialization;
using Orrery.Kernel;
using Orrery.Ledger.Folders;
using Orrery.Ledger.LoggedModels;
using Orrery.Ledger.Runs.Datasets;
using Orrery.Platform.Access;
using Orrery.Platform.Blobs;

namespace Orrery.Ledger.Runs;

/// <summary>Where a run stands.</summary>
public enum RunStatus
{
    /// <summary>It goes on.</summary>
    Running,
    /// <summary>It ended as it should.</summary>
    Finished,
    /// <summary>It ended with an error.</summary>
    Failed,
    /// <summary>Somebody ended it.</summary>
    Cancelled,
    /// <summary>It waits for its beginning, as a client that plans runs says; runs of this server begin with their start.</summary>
    Scheduled,
}

/// <summary>What a run ran on.</summary>
/// <param name="CodeCommit">The git commit, where there is one.</param>
/// <param name="Runtime">.NET and Orrery versions.</param>
/// <param name="OperatingSystem">Name and version.</param>
/// <param name="Processor">Model and cores.</param>
/// <param name="Command">How the program was called, without secrets; null where that is not known.</param>
public sealed record RunEnvironment(string? CodeCommit, string Runtime, string OperatingSystem, string Processor, string? Command = null);

/// <summary>One execution.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Workspace">Where it lives.</param>
/// <param name="Kind">What it did: <c>ingest</c>, <c>train</c>, <c>trial</c>, <c>evaluate</c>, <c>pipeline</c> …</param>
/// <param name="Name">A readable name.</param>
/// <param name="Folder">What groups it with others: an experiment's, pipeline's or study's name.</param>
/// <param name="Parent">The run that it is part of.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="Seed">The seed of all its chance.</param>
/// <param name="Environment">What it ran on.</param>
/// <param name="Owner">Who started it.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Parameters">What it was given.</param>
/// <param name="Metrics">The last value of each metric.</param>
/// <param name="Tags">Free labels.</param>
public sealed record Run(
    RunId Id, string Workspace, string Kind, string Name, string Folder, RunId? Parent, RunStatus Status, string? Error, long? Seed,
    RunEnvironment Environment, string Owner, DateTimeOffset StartedAt, DateTimeOffset? EndedAt,
    IReadOnlyDictionary<string, string> Parameters, IReadOnlyDictionary<string, double> Metrics, IReadOnlyDictionary<string, string> Tags)
{
    /// <summary>The number of <see cref="Folder"/>.</summary>
    public long FolderNumber { get; init; }

    /// <summary>Whether it was deleted.</summary>
    public Lifecycle Stage { get; init; }

    /// <summary>Where clients that keep artifacts by URI put its artifacts.</summary>
    public string ArtifactUri { get; init; } = "";

    /// <summary><see cref="Metrics"/> with the step and time of each; the API has them in a metric's history.</summary>
    [JsonIgnore]
    public IReadOnlyList<MetricPoint> LastMetrics { get; init; } = [];

    /// <summary>The run that it is to give the same outputs as.</summary>
    public RunId? Reproduces { get; init; }

    /// <summary>All that its module needs to run it again, as that module writes it; null where it cannot be run again here.</summary>
    [JsonIgnore]
    public JsonElement? Recipe { get; init; }

    /// <summary>The datasets that it says it read.</summary>
    public IReadOnlyList<RunDataset> Datasets { get; init; } = [];

    /// <summary>The logged models that it read.</summary>
    public IReadOnlyList<string> ModelInputs { get; init; } = [];

    /// <summary>The logged models that it made.</summary>
    public IReadOnlyList<ModelOutput> ModelOutputs { get; init; } = [];
}

/// <summary>A logged model that a run made, and at which step of its course.</summary>
public sealed record ModelOutput(string Model, long Step);

/// <summary>Who says when a run ends.</summary>
public enum RunKeeper
{
    /// <summary>The process that started it: where that dies, the run has failed.</summary>
    Process,
    /// <summary>Somebody who outlives this process: a client, or a pipeline's durable state.</summary>
    Other,
}

/// <summary>A run to start.</summary>
/// <param name="Kind">What it does.</param>
/// <param name="Name">A readable name.</param>
/// <param name="Folder">What groups it with others.</param>
/// <param name="Parent">The run that it is part of.</param>
/// <param name="Seed">The seed of all its chance.</param>
/// <param name="Parameters">What it is given.</param>
/// <param name="Tags">Free labels.</param>
/// <param name="Id">Its id, where the caller must know it before; starting it again returns the run there is.</param>
public sealed record NewRun(
    string Kind, string Name, string Folder = "Default", RunId? Parent = null, long? Seed = null,
    IReadOnlyDictionary<string, string>? Parameters = null, IReadOnlyDictionary<string, string>? Tags = null, RunId? Id = null)
{
    /// <summary>Who says when it ends; no part of a request, since a client keeps its own runs.</summary>
    [JsonIgnore]
    public RunKeeper Keeper { get; init; }

    /// <summary>The folder by its number, before its name; it must be there.</summary>
    [JsonIgnore]
    public long? FolderNumber { get; init; }

    /// <summary>When it began; now where nobody says. Clients that log later than they run say it.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>What it runs on; this server where nobody says.</summary>
    public RunEnvironment? Environment { get; init; }

    /// <summary>All that is needed to run it again; the run then also keeps the diff of the code and the lock files.</summary>
    [JsonIgnore]
    public JsonElement? Recipe { get; init; }

    /// <summary>The run that it is to give the same outputs as.</summary>
    [JsonIgnore]
    public RunId? Reproduces { get; init; }
}

/// <summary>What to change of a run; null leaves it as it is.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Status">Where it stands: a run that is resumed is running again.</param>
/// <param name="EndedAt">When it ended.</param>
/// <param name="Tags">Tags to set with it.</param>
public sealed record RunChange(string? Name = null, RunStatus? Status = null, DateTimeOffset? EndedAt = null, IReadOnlyDictionary<string, string>? Tags = null);

/// <summary>Which runs are wanted, in which order.</summary>
/// <param name="Filter">Conditions joined by AND: <c>metrics.auc > 0.9 AND params.trainer = 'lightgbm'</c>; see docs/design/search.md.</param>
/// <param name="OrderBy"><c>metrics.auc DESC</c>, <c>start_time</c> …; newest first where there is none, and among equals.</param>
/// <param name="Folders">The numbers of folders; null: all.</param>
/// <param name="Stage">Null: deleted ones too.</param>
/// <param name="Limit">How many at most, 1 to 50,000.</param>
/// <param name="Cursor">Where the page before ended.</param>
/// <param name="Skip">In place of a cursor: how many of the found to pass over, for who reads from the middle. Costs time in proportion.</param>
public sealed record RunSearch(
    string? Filter = null, IReadOnlyList<string>? OrderBy = null, IReadOnlyList<long>? Folders = null, Lifecycle? Stage = Lifecycle.Active,
    int Limit = PageRequest.DefaultLimit, string? Cursor = null, int Skip = 0);

/// <summary>One value of a metric over a run's course.</summary>
public sealed record MetricPoint(string Key, double Value, long Step, DateTimeOffset Time);

/// <summary>A file that a run keeps: a picture, a table, a model's native form.</summary>
/// <param name="Path">A relative path of plain parts: <c>plots/roc.svg</c>.</param>
/// <param name="Content">The blob.</param>
/// <param name="MediaType"><c>image/svg+xml</c>, <c>application/json</c> …</param>
public sealed record RunArtifact(string Path, Blob Content, string MediaType);

/// <summary>What to add to a run in one transaction.</summary>
public sealed record RunLog
{
    /// <summary>A new name for the run; null leaves the one it has.</summary>
    public string? Name { get; init; }

    /// <summary>Parameters; one that exists with another value is a conflict.</summary>
    public IReadOnlyDictionary<string, string> Parameters { get; init; } = new Dictionary<string, string>();

    /// <summary>Metric points.</summary>
    public IReadOnlyList<MetricPoint> Metrics { get; init; } = [];

    /// <summary>Tags; they may change.</summary>
    public IReadOnlyDictionary<string, string> Tags { get; init; } = new Dictionary<string, string>();

    /// <summary>Artifacts; a path that exists is replaced.</summary>
    public IReadOnlyList<RunArtifact> Artifacts { get; init; } = [];

    /// <summary>Metrics of logged models, beside those of the run.</summary>
    public IReadOnlyList<ModelMetric> ModelMetrics { get; init; } = [];

    /// <summary>Datasets that the run says it read; one that it named before stays as it was.</summary>
    public IReadOnlyList<RunDataset> Datasets { get; init; } = [];

    /// <summary>Logged models that the run read.</summary>
    public IReadOnlyList<string> ModelInputs { get; init; } = [];

    /// <summary>Logged models that the run made.</summary>
    public IReadOnlyList<ModelOutput> ModelOutputs { get; init; } = [];

    /// <summary>Asset versions that the run read, with the role each played: <c>training-set</c>, <c>champion</c> …</summary>
    public IReadOnlyList<RunInput> Inputs { get; init; } = [];
}

/// <summary>An asset version that a run read.</summary>
public sealed record RunInput(VersionId Version, string Role);

/// <summary>Which runs are wanted; null leaves a condition out.</summary>
public sealed record RunQuery(string? Kind = null, string? Folder = null, RunId? Parent = null, RunStatus? Status = null);

/// <summary>The record of all runs. Thread-safe.</summary>
public interface IRuns
{
    /// <summary>Starts a run; the environment is filled in.</summary>
    Task<Run> StartAsync(Caller caller, NewRun run, CancellationToken cancellationToken = default);

    /// <summary>Adds to a run: all of it or nothing.</summary>
    Task LogAsync(Caller caller, RunId run, RunLog log, CancellationToken cancellationToken = default);

    /// <summary>Ends a run, now where nobody says when it ended. A run that has ended stays as it is.</summary>
    /// <exception cref="InvalidException">It would end before it began.</exception>
    Task FinishAsync(Caller caller, RunId run, RunStatus status, string? error = null, DateTimeOffset? endedAt = null, CancellationToken cancellationToken = default);

    /// <summary>One run.</summary>
    /// <exception cref="NotFoundException">There is none.</exception>
    Task<Run> GetAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);

    /// <summary>Changes a run.</summary>
    /// <exception cref="PreconditionFailedException">It is deleted.</exception>
    Task<Run> UpdateAsync(Caller caller, RunId run, RunChange change, CancellationToken cancellationToken = default);

    /// <summary>Removes a tag.</summary>
    /// <exception cref="NotFoundException">The run has no such tag.</exception>
    Task DeleteTagAsync(Caller caller, RunId run, string tag, CancellationToken cancellationToken = default);

    /// <summary>Puts a run away; it is found by who asks for deleted ones, and takes no more logs.</summary>
    Task DeleteAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);

    /// <summary>Brings a deleted run back.</summary>
    Task RestoreAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);

    /// <summary>The runs that meet all conditions, in the wanted order.</summary>
    /// <exception cref="InvalidException">The filter or the order cannot be read; the message says where.</exception>
    Task<Page<Run>> SearchAsync(Caller caller, RunSearch search, CancellationToken cancellationToken = default);

    /// <summary>How many runs meet all conditions of a search; its order, limit and place do not matter.</summary>
    /// <exception cref="InvalidException">The filter cannot be read; the message says where.</exception>
    Task<int> CountAsync(Caller caller, RunSearch search, CancellationToken cancellationToken = default);

    /// <summary>Runs that are not deleted and meet all conditions, newest first.</summary>
    Task<Page<Run>> ListAsync(Caller caller, RunQuery query, PageRequest page, CancellationToken cancellationToken = default);

    /// <summary>The datasets that the runs of some folders say they read; at most 1,000.</summary>
    Task<IReadOnlyList<DatasetUse>> DatasetsAsync(Caller caller, IReadOnlyList<long> folders, CancellationToken cancellationToken = default);

    /// <summary>All points of a metric, by step, then time, then value; a point that was logged twice stands once.</summary>
    Task<IReadOnlyList<MetricPoint>> MetricHistoryAsync(Caller caller, RunId run, string key, CancellationToken cancellationToken = default);

    /// <summary>The run's artifacts, by path.</summary>
    Task<IReadOnlyList<RunArtifact>> ArtifactsAsync(Caller caller, RunId run, CancellationToken cancellationToken = default);
}
