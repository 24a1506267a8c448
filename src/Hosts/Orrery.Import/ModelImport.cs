using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Orrery.Client;
using Orrery.Kernel;

namespace Orrery.Import;

/// <summary>
/// Brings registered models over the server's MLflow wire, whose words they are in. Idempotent: a version bears its number there as a tag, and one whose tag is there is not brought again. A
/// model of that name which the import did not make stays as it is.
/// </summary>
internal sealed class ModelImport(OrreryClient orrery)
{
    /// <summary>On models and versions that an import made; of a version its number there.</summary>
    private const string Tag = "mlflow.imported";

    private const int MostVersions = 10_000;

    public async Task BringAsync(ImportedModel model, ImportReport report, CancellationToken cancellationToken)
    {
        if (!await TakeAsync(model, cancellationToken))
        {
            report.Leave("registered model whose name is taken here");
            return;
        }

        report.Models++;
        var numbers = await ThereAsync(model.Name, cancellationToken);
        foreach (var version in model.Versions.OrderBy(version => version.Number))
        {
            if (!numbers.ContainsKey(version.Number) && await AddAsync(model.Name, version, report, cancellationToken) is { } number)
            {
                numbers[version.Number] = number;
                report.Versions++;
            }
        }

        foreach (var (alias, version) in model.Aliases)
        {
            if (!numbers.TryGetValue(version, out var number))
                report.Leave("alias of a version that was not brought");
            else if (!await TryAsync(() => SendAsync(HttpMethod.Post, "registered-models/alias", new { name = model.Name, alias, version = number }, cancellationToken)))
                report.Leave("alias that the server refuses");
        }
    }

    // True where the model is there and was made by an import.
    private async Task<bool> TakeAsync(ImportedModel model, CancellationToken cancellationToken)
    {
        try
        {
            var there = await SendAsync(HttpMethod.Get, $"registered-models/get?name={Uri.EscapeDataString(model.Name)}", null, cancellationToken);
            return TagOf(there.GetProperty("registered_model")) is not null;
        }
        catch (NotFoundException)
        {
            await SendAsync(HttpMethod.Post, "registered-models/create", new { name = model.Name, description = model.Description, tags = Tags(model.Tags, "model") }, cancellationToken);
            return true;
        }
    }

    /// <summary>The numbers here of the versions that were brought, by their numbers there.</summary>
    private async Task<Dictionary<long, string>> ThereAsync(string model, CancellationToken cancellationToken)
    {
        var numbers = new Dictionary<long, string>();
        var filter = Uri.EscapeDataString($"name = '{model.Replace("'", "''", StringComparison.Ordinal)}'");
        for (var token = ""; ;)
        {
            var page = await SendAsync(HttpMethod.Get, $"model-versions/search?filter={filter}&max_results={MostVersions}&page_token={Uri.EscapeDataString(token)}", null, cancellationToken);
            foreach (var version in page.TryGetProperty("model_versions", out var versions) ? versions.EnumerateArray().ToArray() : [])
            {
                if (long.TryParse(TagOf(version), NumberStyles.None, CultureInfo.InvariantCulture, out var number))
                    numbers[number] = version.GetProperty("version").ToString();
            }

            if (!page.TryGetProperty("next_page_token", out var next) || next.GetString() is not { Length: > 0 } more)
                return numbers;
            token = more;
        }
    }

    private async Task<string?> AddAsync(string model, ImportedVersion version, ImportReport report, CancellationToken cancellationToken)
    {
        var (source, run) = await PlaceAsync(version, cancellationToken);
        if (source is null)
        {
            report.Leave("version of a registered model whose files are a logged model's or lie on a machine of its own");
            return null;
        }

        JsonElement made = default;
        var tags = Tags(version.Tags, version.Number.ToString(CultureInfo.InvariantCulture));
        if (!await TryAsync(async () => made = await SendAsync(
            HttpMethod.Post, "model-versions/create", new { name = model, source, run_id = run, description = version.Description, tags }, cancellationToken)))
        {
            report.Leave("version of a registered model that the server refuses");
            return null;
        }

        var number = made.GetProperty("model_version").GetProperty("version").ToString();
        if (version.Stage is not ("" or "None"))
            await SendAsync(HttpMethod.Post, "model-versions/transition-stage", new { name = model, version = number, stage = version.Stage, archive_existing_versions = false }, cancellationToken);
        return number;
    }

    /// <summary>Where the files are here: those below a run's artifacts came with the run; what lies in a store of its own stays there.</summary>
    private async Task<(string? Source, string? Run)> PlaceAsync(ImportedVersion version, CancellationToken cancellationToken)
    {
        if (version is { Run: { } id, RunName: { Length: > 0 } name })
        {
            Run? run = null;
            await TryAsync(async () => run = await orrery.Runs.GetAsync(id, cancellationToken));
            var below = $"{name}/artifacts";
            if (run is not null && version.Source.IndexOf(below, StringComparison.Ordinal) is >= 0 and var at)
                return (run.ArtifactUri + version.Source[(at + below.Length)..], id.ToString());
            if (run is not null && version.Source.StartsWith($"runs:/{name}", StringComparison.Ordinal))
                return (run.ArtifactUri + version.Source[$"runs:/{name}".Length..], id.ToString());
            if (run is not null && IsElsewhere(version.Source))
                return (version.Source, id.ToString());
        }

        return (IsElsewhere(version.Source) ? version.Source : null, null);
    }

    private static bool IsElsewhere(string source) =>
        source.Contains("://", StringComparison.Ordinal) && !source.StartsWith("file:", StringComparison.OrdinalIgnoreCase) && !source.StartsWith("models:", StringComparison.OrdinalIgnoreCase);

    private static object[] Tags(IReadOnlyDictionary<string, string> tags, string imported) =>
        [.. tags.Where(tag => tag.Key != Tag).Append(KeyValuePair.Create(Tag, imported)).Select(tag => new { key = tag.Key, value = tag.Value })];

    private static string? TagOf(JsonElement of) => of.TryGetProperty("tags", out var tags) && tags.ValueKind == JsonValueKind.Array
        ? tags.EnumerateArray().Where(tag => tag.GetProperty("key").GetString() == Tag).Select(tag => tag.GetProperty("value").GetString()).FirstOrDefault()
        : null;

    private static async Task<bool> TryAsync(Func<Task> action)
    {
        try
        {
            await action();
            return true;
        }
        catch (OrreryException refusal) when (refusal is not UnavailableException)
        {
            return false;
        }
    }

    private Task<JsonElement> SendAsync(HttpMethod method, string path, object? body, CancellationToken cancellationToken) =>
        orrery.SendAsync<JsonElement>(method, $"/api/2.0/mlflow/{path}", body is null ? null : JsonContent.Create(body), cancellationToken);
}
