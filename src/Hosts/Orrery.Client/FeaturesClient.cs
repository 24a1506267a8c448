using System.Net.Http.Json;

namespace Orrery.Client;

/// <summary>How far the online features of a view are.</summary>
public sealed record ViewProgress(string View, DateTimeOffset? Watermark, long Updated);

/// <summary>What became of pushed events in one view.</summary>
public sealed record PushReceipt(string View, long Accepted, long Late, long WithoutEntity);

/// <summary>The features of one entity; null where one has no value.</summary>
public sealed record OnlineRow(IReadOnlyList<double?> Values, [property: Words("present", "notFound", "expired")] IReadOnlyList<string> Statuses, IReadOnlyList<DateTimeOffset?> Ticks);

/// <summary>The features of some entities.</summary>
public sealed record OnlineFeatures(IReadOnlyList<string> Features, IReadOnlyList<OnlineRow> Rows);

/// <summary>Feature views and services.</summary>
public sealed class FeaturesClient
{
    private readonly OrreryClient _client;

    internal FeaturesClient(OrreryClient client) => _client = client;

    /// <summary>Computes a view's online features from its source's rows, up to the last tick at or before <paramref name="until"/>.</summary>
    public Task<ViewProgress> MaterializeAsync(string view, DateTimeOffset? until = null, CancellationToken cancellationToken = default) =>
        _client.PostAsync<ViewProgress>($"/api/v1/feature-views/{Uri.EscapeDataString(view)}/materialize", new { until }, cancellationToken);

    /// <summary>The tick that a view's online features are at; null before the first.</summary>
    public async Task<DateTimeOffset?> WatermarkAsync(string view, CancellationToken cancellationToken = default) =>
        (await _client.GetAsync<ViewState>($"/api/v1/feature-views/{Uri.EscapeDataString(view)}", cancellationToken).ConfigureAwait(false)).Watermark;

    /// <summary>The newest features of entities, by a feature service.</summary>
    /// <param name="service">The feature service.</param>
    /// <param name="entities">For each entity the service's keys.</param>
    /// <param name="at">The request's time, which decides expiry; now where it is null.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public Task<OnlineFeatures> ReadAsync(
        string service, IReadOnlyList<IReadOnlyDictionary<string, string>> entities, DateTimeOffset? at = null, CancellationToken cancellationToken = default) =>
        _client.PostAsync<OnlineFeatures>($"/api/v1/feature-services/{Uri.EscapeDataString(service)}/online", new { entities, at }, cancellationToken);

    /// <summary>Takes events in for all views over a source; they show at the next advance.</summary>
    /// <param name="source">The source.</param>
    /// <param name="events">For each event an object with its columns.</param>
    /// <param name="key">An idempotency key: with one, the same push may be sent again and counts once.</param>
    /// <param name="cancellationToken">Cancels the request.</param>
    public async Task<IReadOnlyList<PushReceipt>> PushAsync(
        string source, IReadOnlyList<object> events, string? key = null, CancellationToken cancellationToken = default)
    {
        using var body = JsonContent.Create(new { events }, options: OrreryClient.Json);
        if (key is not null)
            body.Headers.Add("Idempotency-Key", key);
        return await _client.SendAsync<IReadOnlyList<PushReceipt>>(
            HttpMethod.Post, $"/api/v1/feature-sources/{Uri.EscapeDataString(source)}/push", body, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Says that all events known by then have been pushed.</summary>
    public Task<IReadOnlyList<ViewProgress>> AdvanceAsync(string source, DateTimeOffset watermark, CancellationToken cancellationToken = default) =>
        _client.PostAsync<IReadOnlyList<ViewProgress>>($"/api/v1/feature-sources/{Uri.EscapeDataString(source)}/advance", new { watermark }, cancellationToken);

    private sealed record ViewState(DateTimeOffset? Watermark);
}
