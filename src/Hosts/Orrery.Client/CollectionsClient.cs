using Orrery.Kernel;

namespace Orrery.Client;

/// <summary>A question with known answers: its words, its vector, or both.</summary>
public sealed record RelevanceQuery(string Id, string? Text = null, IReadOnlyList<float>? Vector = null);

/// <summary>How good an answer a point is; a grade above 0 is relevant.</summary>
public sealed record Judgement(string Query, string Point, double Grade = 1);

/// <summary>Questions and the judgements of their answers.</summary>
public sealed record JudgementSet(IReadOnlyList<RelevanceQuery> Queries, IReadOnlyList<Judgement> Judgements);

/// <summary>What to evaluate a collection by, and how it is searched.</summary>
public sealed record EvaluateCollection(
    string Name, JudgementSet? Set = null, string? TextUsing = null, string? VectorUsing = null, int Depth = 100, int? Ef = null, string? Gate = null);

/// <summary>How good a collection's answers are; greater is better in all metrics.</summary>
public sealed record RelevanceReport(
    RunId Run, AssetRef Judgements, AssetRef Collection, int Queries, int Skipped, IReadOnlyDictionary<string, double> Metrics, GateReport? Gate = null);

/// <summary>What there is to collections beside the API that Qdrant's clients speak.</summary>
public sealed class CollectionsClient
{
    private readonly OrreryClient _client;

    internal CollectionsClient(OrreryClient client) => _client = client;

    /// <summary>Measures a collection's answers by judgements, keeps them as a run, and asks a gate where one is named.</summary>
    public Task<RelevanceReport> EvaluateAsync(string collection, EvaluateCollection request, CancellationToken cancellationToken = default) =>
        _client.PostAsync<RelevanceReport>($"/api/v1/collections/{Uri.EscapeDataString(collection)}/evaluations", request, cancellationToken);
}
