using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Json;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Import.Mlflow;

/// <summary>The runs of an MLflow tracking server, over its REST API (https://mlflow.org/docs/latest/api_reference/rest-api.html).</summary>
public sealed class MlflowServer : IRunSource, IModelSource
{
    /// <summary>Of one page; what MLflow allows for both searches.</summary>
    private const int PageSize = 1000;

    private readonly HttpClient _http;

    /// <summary>Reads from the server at <paramref name="address"/>. The HTTP client stays the caller's.</summary>
    public MlflowServer(HttpClient http, Uri address)
    {
        ArgumentNullException.ThrowIfNull(http);
        ArgumentNullException.ThrowIfNull(address);
        _http = http;
        var place = address.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped);
        _http.BaseAddress = new(place.EndsWith('/') ? place : place + "/");
        if (address.UserInfo.Length > 0)
            _http.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(Uri.UnescapeDataString(address.UserInfo))));
    }

    /// <inheritdoc/>
    /// <remarks>MLflow counts nothing: it is known when all is read.</remarks>
    public Task<long?> CountAsync(CancellationToken cancellationToken = default) => Task.FromResult<long?>(null);

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedRun> ReadAsync(ImportReport report, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(report);
        await foreach (var experiment in PagesAsync("experiments/search", "experiments", token => new { max_results = PageSize, page_token = token }, cancellationToken))
        {
            var datasets = new Dictionary<string, List<LoggedDataset>>();
            var runs = new List<(MlflowRun Run, IReadOnlyList<string> Metrics)>();
            var id = Text(experiment, "experiment_id");
            await foreach (var run in PagesAsync("runs/search", "runs", token => new { experiment_ids = new[] { id }, max_results = PageSize, page_token = token }, cancellationToken))
            {
                runs.Add((Run(run, Text(experiment, "name")), [.. List(run.GetProperty("data"), "metrics").Select(metric => Text(metric, "key")).Distinct()]));
                if (run.TryGetProperty("inputs", out var inputs) && List(inputs, "dataset_inputs") is { Count: > 0 } read)
                    datasets[runs[^1].Run.Id] = read.ConvertAll(Dataset);
            }

            var metrics = runs.ToDictionary(run => run.Run.Id, run => run.Metrics);
            var known = metrics.Keys.ToHashSet();
            foreach (var run in MlflowRun.InOrder([.. runs.Select(run => run.Run)]))
                yield return run.ToImported(known) with { Points = PointsAsync(run.Id, metrics[run.Id], cancellationToken), Artifacts = ArtifactsAsync(run.Id, cancellationToken), Datasets = datasets.GetValueOrDefault(run.Id) ?? [] };
        }

    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<ImportedModel> ModelsAsync([EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        await foreach (var model in PagesAsync("registered-models/search", "registered_models", null, cancellationToken))
        {
            var name = Text(model, "name");
            var versions = new List<ImportedVersion>();
            var filter = Uri.EscapeDataString($"name = '{name.Replace("'", "''", StringComparison.Ordinal)}'");
            await foreach (var version in PagesAsync($"model-versions/search?filter={filter}", "model_versions", null, cancellationToken))
            {
                var run = Text(version, "run_id");
                versions.Add(new(
                    Number(version, "version") ?? 0, Text(version, "source"), run.Length == 0 ? null : MlflowRun.IdOf(run), Text(version, "description"), Text(version, "current_stage"), Entries(version, "tags"))
                {
                    RunName = run,
                });
            }

            yield return new(
                name, Text(model, "description"), Entries(model, "tags"), versions,
                List(model, "aliases").Where(alias => Number(alias, "version") is not null).ToDictionary(alias => Text(alias, "alias"), alias => Number(alias, "version")!.Value));
        }
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static LoggedDataset Dataset(JsonElement input)
    {
        var dataset = input.GetProperty("dataset");
        return new(
            Text(dataset, "name"), Text(dataset, "digest"), Text(dataset, "source_type"), Text(dataset, "source"), NotEmpty(Text(dataset, "schema")), NotEmpty(Text(dataset, "profile")),
            Entries(input, "tags"));
    }

    private static string? NotEmpty(string text) => text.Length == 0 ? null : text;

    private static MlflowRun Run(JsonElement run, string experiment)
    {
        var info = run.GetProperty("info");
        var data = run.GetProperty("data");
        return new(
            Text(info, "run_id"), experiment, Text(info, "run_name"), Text(info, "status"), Number(info, "start_time") ?? 0, Number(info, "end_time"), Entries(data, "params"), Entries(data, "tags"));
    }

    private async IAsyncEnumerable<MetricPoint> PointsAsync(string run, IReadOnlyList<string> metrics, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in metrics)
        {
            var query = $"metrics/get-history?run_id={run}&metric_key={Uri.EscapeDataString(key)}&max_results=25000";
            await foreach (var point in PagesAsync(query, "metrics", null, cancellationToken))
                yield return new(key, Value(point), Number(point, "step") ?? 0, MlflowRun.Moment(Number(point, "timestamp") ?? 0));
        }
    }

    private async IAsyncEnumerable<ImportedArtifact> ArtifactsAsync(string run, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var folders = new Stack<string>([""]);
        while (folders.TryPop(out var folder))
        {
            await foreach (var file in PagesAsync($"artifacts/list?run_id={run}&path={Uri.EscapeDataString(folder)}", "files", null, cancellationToken))
            {
                var path = Text(file, "path");
                if (file.TryGetProperty("is_dir", out var isFolder) && isFolder.ValueKind == JsonValueKind.True)
                {
                    if (path.Length > folder.Length) // a folder that held itself would never end
                        folders.Push(path);
                    continue;
                }

                yield return new(Names.PathOf(path), token => OpenAsync($"get-artifact?run_id={run}&path={Uri.EscapeDataString(path)}", token));
            }
        }
    }

    private async Task<Stream> OpenAsync(string path, CancellationToken cancellationToken)
    {
        var response = await SendAsync(() => new(HttpMethod.Get, path), cancellationToken);
        return await response.Content.ReadAsStreamAsync(cancellationToken); // disposing it ends the response
    }

    /// <summary>All elements of a list that comes in pages: by POST where there is a body, else by GET with the token in the query.</summary>
    private async IAsyncEnumerable<JsonElement> PagesAsync(string path, string list, Func<string?, object>? body, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            var url = $"api/2.0/mlflow/{path}" + (body is null && token is not null ? $"{(path.Contains('?', StringComparison.Ordinal) ? '&' : '?')}page_token={Uri.EscapeDataString(token)}" : "");
            using var response = await SendAsync(() => body is null ? new(HttpMethod.Get, url) : new(HttpMethod.Post, url) { Content = JsonContent.Create(body(token)) }, cancellationToken);
            using var page = await ParseAsync(response, cancellationToken);
            foreach (var element in List(page.RootElement, list))
                yield return element.Clone();
            var next = Text(page.RootElement, "next_page_token");
            token = next.Length == 0 || next == token ? null : next;
        }
        while (token is not null);
    }

    private async Task<HttpResponseMessage> SendAsync(Func<HttpRequestMessage> request, CancellationToken cancellationToken)
    {
        using var message = request();
        try
        {
            var response = await _http.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
            {
                var text = await response.Content.ReadAsStringAsync(cancellationToken);
                throw new InvalidException(
                    $"The MLflow server at {_http.BaseAddress} answered {(int)response.StatusCode} to {message.RequestUri}: {(text.Length > 300 ? text[..300] + "…" : text)}{(response.StatusCode == HttpStatusCode.Unauthorized ? " Name its user and password in the address: http://user:password@host." : "")}");
            }
        }
        catch (HttpRequestException error)
        {
            throw new UnavailableException($"The MLflow server at {_http.BaseAddress} does not answer: {error.Message}", error);
        }
    }

    private async Task<JsonDocument> ParseAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            return await JsonDocument.ParseAsync(await response.Content.ReadAsStreamAsync(cancellationToken), cancellationToken: cancellationToken);
        }
        catch (JsonException error)
        {
            throw new InvalidException($"The server at {_http.BaseAddress} did not answer as MLflow does: {error.Message}", error);
        }
    }

    private static List<JsonElement> List(JsonElement of, string name) => of.TryGetProperty(name, out var list) && list.ValueKind == JsonValueKind.Array ? [.. list.EnumerateArray()] : [];

    private static Dictionary<string, string> Entries(JsonElement of, string name) => List(of, name).DistinctBy(entry => Text(entry, "key")).ToDictionary(entry => Text(entry, "key"), entry => Text(entry, "value"));

    private static string Text(JsonElement of, string name) => of.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";

    /// <summary>MLflow's 64-bit numbers stand as numbers, and after protobuf's rule as texts.</summary>
    private static long? Number(JsonElement of, string name) => !of.TryGetProperty(name, out var value) ? null : value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetInt64(out var number) => number,
        JsonValueKind.String when long.TryParse(value.GetString(), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    private static double Value(JsonElement point) => !point.TryGetProperty("value", out var value) ? 0 : value.ValueKind switch
    {
        JsonValueKind.Number => MlflowNumber.Restored(value.GetDouble()),
        JsonValueKind.String when MlflowNumber.TryParse(value.GetString()!, out var number) => number,
        _ => throw new InvalidException($"A metric point has the value {value.GetRawText()}, which is no number."),
    };
}
