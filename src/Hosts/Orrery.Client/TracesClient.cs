using System.Globalization;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>A trace in a list; times in milliseconds.</summary>
public sealed record TraceSummary(
    string Id, string? Name, string Folder, [property: Words("unspecified", "inProgress", "ok", "error")] string State, DateTimeOffset StartedAt, double? Milliseconds, int Spans, long? Tokens, double? Cost, RunId? Run,
    string? Asked, string? Answered, IReadOnlyDictionary<string, string> Tags);

/// <summary>A span in the tree of its trace; times in milliseconds, the offset from the beginning of the first span.</summary>
public sealed record SpanView(
    string Id, string? Parent, int Depth, string Name, string? Type, [property: Words("unset", "ok", "error")] string Status, string? Message, double Offset, double? Milliseconds,
    IReadOnlyDictionary<string, JsonElement> Attributes);

/// <summary>A trace with its spans, each below the one that it is a part of; the first 1,000 of them.</summary>
public sealed record TraceDetail(TraceSummary Trace, IReadOnlyDictionary<string, string> Metadata, IReadOnlyList<SpanView> Spans);

/// <summary>Traces.</summary>
public sealed class TracesClient
{
    private readonly OrreryClient _client;

    internal TracesClient(OrreryClient client) => _client = client;

    /// <summary>Traces that meet a filter, the newest first: of one folder, or of all.</summary>
    public Task<Page<TraceSummary>> ListAsync(string? folder = null, string? filter = null, int? limit = null, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<TraceSummary>>(
            Query.Of("/api/v1/traces", ("folder", folder), ("filter", filter), ("limit", limit?.ToString(CultureInfo.InvariantCulture)), ("cursor", cursor)), cancellationToken);

    /// <summary>A trace with its spans; its id with or without the <c>tr-</c> of MLflow's clients.</summary>
    public Task<TraceDetail> GetAsync(string id, CancellationToken cancellationToken = default) =>
        _client.GetAsync<TraceDetail>($"/api/v1/traces/{Uri.EscapeDataString(id)}", cancellationToken);
}
