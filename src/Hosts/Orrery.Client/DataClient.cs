using System.Globalization;
using System.Net.Http.Headers;
using System.Text.Json;
using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>One thing that is wrong with one row.</summary>
public sealed record QuarantinedRow(
    long Row, long? Line, string? Column, string? Value,
    [property: Words("ragged", "badQuote", "tooLong", "invalidEncoding", "invalidJson", "wrongType", "missing", "deriveFailed", "duplicateKey", "expectation")] string Reason,
    string Detail, string? Record);

/// <summary>How an ingestion came out; a refused file is an <see cref="InvalidException"/>.</summary>
public sealed record IngestResult(
    [property: Words("ingested", "alreadyIngested", "refused")] string Outcome, string Dataset, AssetVersion? Version, RunId? Run, Digest Content, long RowsRead, long RowsAdded, long RowsQuarantined,
    IReadOnlyDictionary<string, long> Reasons, IReadOnlyList<QuarantinedRow> Sample, IReadOnlyList<string> IgnoredColumns,
    string? Refusal);

/// <summary>A bin of a histogram.</summary>
public sealed record HistogramBin(double From, double To, long Count);

/// <summary>How often a value is there.</summary>
public sealed record ValueCount(string Value, long Count);

/// <summary>What a column looks like.</summary>
public sealed record ColumnProfile(
    string Name, [property: Words("boolean", "int64", "float64", "text", "timestamp")] string Type, long Missing, long Distinct, double? Minimum, double? Maximum, double? Mean, double? StandardDeviation,
    IReadOnlyList<double>? Quantiles, IReadOnlyList<HistogramBin>? Histogram, IReadOnlyList<ValueCount>? TopValues);

/// <summary>What a dataset looks like.</summary>
public sealed record DatasetProfile(long Rows, IReadOnlyList<ColumnProfile> Columns);

/// <summary>A column of a dataset.</summary>
public sealed record DatasetColumn(string Name, [property: Words("boolean", "int64", "float64", "text", "timestamp")] string Type);

/// <summary>Rows of a dataset: for each row its values, in the order of the columns.</summary>
public sealed record RowPage(IReadOnlyList<DatasetColumn> Columns, IReadOnlyList<IReadOnlyList<JsonElement>> Rows, string? Next);

/// <summary>Sources and datasets.</summary>
public sealed class DataClient
{
    private readonly OrreryClient _client;

    internal DataClient(OrreryClient client) => _client = client;

    /// <summary>Ingests a file as a declared source, streaming. The same bytes again are not taken twice.</summary>
    public Task<IngestResult> IngestAsync(string source, string fileName, Stream content, CancellationToken cancellationToken = default)
    {
        var body = new StreamContent(content);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
        return _client.SendAsync<IngestResult>(HttpMethod.Post, Query.Of($"/api/v1/sources/{Uri.EscapeDataString(source)}/ingest", ("fileName", fileName)), body, cancellationToken);
    }

    /// <summary>The rows that a run put into quarantine.</summary>
    public Task<Page<QuarantinedRow>> QuarantineAsync(RunId run, int limit = 100, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<Page<QuarantinedRow>>(
            Query.Of($"/api/v1/runs/{run}/quarantine", ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("cursor", cursor)), cancellationToken);

    /// <summary>The profile of a dataset version.</summary>
    public Task<DatasetProfile> ProfileAsync(string dataset, int version, CancellationToken cancellationToken = default) =>
        _client.GetAsync<DatasetProfile>($"{Version(dataset, version)}/profile", cancellationToken);

    /// <summary>Rows of a dataset version, in its order.</summary>
    public Task<RowPage> RowsAsync(string dataset, int version, int limit = 100, string? cursor = null, CancellationToken cancellationToken = default) =>
        _client.GetAsync<RowPage>(Query.Of($"{Version(dataset, version)}/rows", ("limit", limit.ToString(CultureInfo.InvariantCulture)), ("cursor", cursor)), cancellationToken);

    /// <summary>An expectation suite guessed from a dataset version, as YAML to be edited and applied.</summary>
    public async Task<string> InferSuiteAsync(string dataset, int version, CancellationToken cancellationToken = default)
    {
        using var response = await _client.SendAsync(HttpMethod.Post, $"{Version(dataset, version)}/infer-suite?format=yaml", null, cancellationToken).ConfigureAwait(false);
        return await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string Version(string dataset, int version) =>
        string.Create(CultureInfo.InvariantCulture, $"/api/v1/datasets/{Uri.EscapeDataString(dataset)}/versions/{version}");
}
