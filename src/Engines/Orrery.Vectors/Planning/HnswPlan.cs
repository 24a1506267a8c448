using Orrery.Vectors.Hnsw;

namespace Orrery.Vectors.Planning;

/// <summary>How to build and search an index, and what that is expected to cost.</summary>
/// <param name="Options">What to build it with; its capacity is the goal's count.</param>
/// <param name="Ef">Candidates of a search that reaches the recall.</param>
/// <param name="Bytes">What it will take in memory: computed, not measured.</param>
/// <param name="Latency">Of one search by one thread: what the sample took, continued to the count by the power law that fits it.</param>
/// <param name="Build">By one thread, continued likewise.</param>
/// <param name="Trials">What was measured on the sample.</param>
public sealed record HnswPlan(HnswOptions Options, int Ef, long Bytes, TimeSpan Latency, TimeSpan Build, IReadOnlyList<HnswTrial> Trials);

/// <summary>One graph over a part of the sample.</summary>
/// <param name="M">Its links.</param>
/// <param name="Count">Its points.</param>
/// <param name="Ef">The fewest candidates that reached the recall there.</param>
/// <param name="Recall">The recall that they reached.</param>
/// <param name="Latency">Of a search with them, mean.</param>
public sealed record HnswTrial(int M, int Count, int Ef, double Recall, TimeSpan Latency);
