using System.Buffers;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Orrery.Protocols.Mlflow.Wire;

namespace Orrery.Protocols.Mlflow.GraphQl;

/// <summary>
/// One GraphQL request on its way: asks the handlers of the REST routes in the caller's name, and asks once for what many runs of an answer want. GraphQL.NET
/// hands it to resolvers as the user context, which must be a dictionary. Resolvers run one after the other.
/// </summary>
internal sealed class GraphQlScope(HttpContext http, GraphQlHandlers handlers) : Dictionary<string, object?>
{
    private const int RunsOfOneSearch = 100;

    private readonly Dictionary<string, JsonElement> _experiments = [];
    private readonly Dictionary<string, List<JsonElement>> _versions = [];
    private readonly HashSet<string> _unasked = [];

    /// <summary>What the REST route would answer to these fields.</summary>
    public async Task<JsonElement> AskAsync(MlflowHandler handler, IReadOnlyDictionary<string, object?> fields)
    {
        var request = JsonSerializer.SerializeToElement(fields);
        var answer = new ArrayBufferWriter<byte>();
        await handler(new(http, new(request), answer));
        return JsonSerializer.Deserialize<JsonElement>(answer.WrittenSpan);
    }

    /// <summary>What the caller is told of an error.</summary>
    public string Refusal(Exception error) => MlflowErrors.Explain(http, error).Message;

    /// <summary>Says that this run is part of the answer, so that its model versions are asked for together with those of the others.</summary>
    public void Answered(JsonElement run)
    {
        if (!_versions.ContainsKey(IdOf(run)))
            _unasked.Add(IdOf(run));
    }

    /// <summary>The experiment of a run.</summary>
    public async Task<JsonElement> ExperimentAsync(JsonElement run)
    {
        var id = run.GetProperty("info").GetProperty("experiment_id").GetString()!;
        if (!_experiments.TryGetValue(id, out var experiment))
        {
            var answer = await AskAsync(handlers.GetExperiment, new Dictionary<string, object?> { ["experiment_id"] = id });
            _experiments[id] = experiment = answer.GetProperty("experiment");
        }

        return experiment;
    }

    /// <summary>The model versions that came of a run.</summary>
    public async Task<IReadOnlyList<JsonElement>> VersionsAsync(JsonElement run)
    {
        foreach (var runs in _unasked.Order(StringComparer.Ordinal).Chunk(RunsOfOneSearch))
            await FindVersionsAsync(runs);
        _unasked.Clear();
        return _versions[IdOf(run)];
    }

    private async Task FindVersionsAsync(string[] runs)
    {
        foreach (var run in runs)
            _versions[run] = [];
        var fields = new Dictionary<string, object?> { ["filter"] = $"run_id IN ({string.Join(", ", runs.Select(run => $"'{run}'"))})" };
        do
        {
            var page = await AskAsync(handlers.SearchModelVersions, fields);
            if (page.TryGetProperty("model_versions", out var versions))
            {
                foreach (var version in versions.EnumerateArray())
                    _versions[version.GetProperty("run_id").GetString()!].Add(version);
            }

            fields["page_token"] = page.TryGetProperty("next_page_token", out var next) ? next.GetString() : null;
        }
        while (fields["page_token"] is not null);
    }

    private static string IdOf(JsonElement run) => run.GetProperty("info").GetProperty("run_id").GetString()!;
}
