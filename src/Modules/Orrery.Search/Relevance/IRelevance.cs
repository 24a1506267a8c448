using Orrery.Kernel;
using Orrery.Ledger.Gates;
using Orrery.Platform.Access;

namespace Orrery.Search.Relevance;

/// <summary>A question with known answers.</summary>
/// <param name="Id">What judgements call it.</param>
/// <param name="Text">Its words, for BM25.</param>
/// <param name="Vector">Its vector, for a dense one.</param>
public sealed record RelevanceQuery(string Id, string? Text = null, IReadOnlyList<float>? Vector = null);

/// <summary>How good an answer a point is.</summary>
/// <param name="Query">The question.</param>
/// <param name="Point">The point's id: a number or a UUID.</param>
/// <param name="Grade">Above 0 is relevant, more is better.</param>
public sealed record Judgement(string Query, string Point, double Grade = 1);

/// <summary>Questions and the judgements of their answers: an asset of the kind <c>judgements</c>.</summary>
public sealed record JudgementSet(IReadOnlyList<RelevanceQuery> Queries, IReadOnlyList<Judgement> Judgements);

/// <summary>What to evaluate a collection by, and how it is searched.</summary>
/// <param name="Name">The name of the questions and judgements as an asset.</param>
/// <param name="Set">Their new content; the newest version that there is where left out.</param>
/// <param name="TextUsing">The sparse vector that texts are compared with.</param>
/// <param name="VectorUsing">The dense vector that vectors are compared with. Where both are there, the two rankings are fused by their ranks.</param>
/// <param name="Depth">How many points of a ranking count: 10 to 1,000.</param>
/// <param name="Ef">Candidates that a graph keeps.</param>
/// <param name="Gate">A gate that judges the collection's version by the metrics; none where left out.</param>
public sealed record EvaluateCollection(
    string Name, JudgementSet? Set = null, string? TextUsing = null, string? VectorUsing = null, int Depth = 100, int? Ef = null, string? Gate = null);

/// <summary>How good a collection's answers are.</summary>
/// <param name="Run">The run that has the metrics.</param>
/// <param name="Judgements">The version of the questions and judgements.</param>
/// <param name="Collection">The version of the collection that was evaluated.</param>
/// <param name="Queries">Questions that count.</param>
/// <param name="Skipped">Questions without a relevant point, which say nothing.</param>
/// <param name="Metrics">nDCG, MRR, MAP, precision and recall; greater is better.</param>
/// <param name="Gate">What the gate said, where one was named.</param>
public sealed record RelevanceReport(
    RunId Run, AssetRef Judgements, AssetRef Collection, int Queries, int Skipped, IReadOnlyDictionary<string, double> Metrics, GateReport? Gate = null);

/// <summary>Measures how good a collection's answers are. Thread-safe.</summary>
public interface IRelevance
{
    /// <summary>Asks all questions, and keeps the means as a run in the collection's folder.</summary>
    /// <exception cref="NotFoundException">There is no such collection, or no such asset.</exception>
    /// <exception cref="InvalidException">A question or a judgement cannot be read, or no question has a relevant point.</exception>
    Task<RelevanceReport> EvaluateAsync(Caller caller, string collection, EvaluateCollection request, CancellationToken cancellationToken = default);
}
