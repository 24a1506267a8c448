using Orrery.Kernel;

namespace Orrery.Client.Tracking;

/// <summary>Where a tracked run goes: to a server, or into a folder to be sent later.</summary>
internal interface IRunSink : IAsyncDisposable
{
    RunId Id { get; }

    Task LogAsync(IReadOnlyList<MetricPoint> points, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken);

    /// <summary>Appends lines, of which the first is to have that number: sending them again appends nothing twice.</summary>
    Task AppendLinesAsync(IReadOnlyList<NewLogLine> lines, long first, CancellationToken cancellationToken);

    Task PutArtifactAsync(string path, Stream content, string mediaType, CancellationToken cancellationToken);

    Task FinishAsync(string status, string? error, DateTimeOffset endedAt, CancellationToken cancellationToken);
}

/// <summary>A run on a server.</summary>
internal sealed class ServerSink(RunsClient runs, RunId id) : IRunSink
{
    public RunId Id => id;

    public Task LogAsync(IReadOnlyList<MetricPoint> points, IReadOnlyDictionary<string, string> parameters, IReadOnlyDictionary<string, string> tags, CancellationToken cancellationToken) =>
        runs.LogAsync(id, points, parameters, tags, cancellationToken);

    public Task AppendLinesAsync(IReadOnlyList<NewLogLine> lines, long first, CancellationToken cancellationToken) => runs.AppendLinesAsync(id, lines, first, cancellationToken);

    public Task PutArtifactAsync(string path, Stream content, string mediaType, CancellationToken cancellationToken) => runs.PutArtifactAsync(id, path, content, mediaType, cancellationToken);

    public Task FinishAsync(string status, string? error, DateTimeOffset endedAt, CancellationToken cancellationToken) => runs.FinishAsync(id, status, error, endedAt, cancellationToken);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
