namespace Orrery.Comparison;

/// <summary>What was measured.</summary>
/// <param name="Points">Points that each system held.</param>
/// <param name="Dimension">Components of each.</param>
/// <param name="Distance">Cosine, Dot, Euclid or Manhattan.</param>
/// <param name="Queries">Queries of each measurement.</param>
/// <param name="K">Neighbours of each query.</param>
/// <param name="Systems">The server itself, then the systems in the order that they were named.</param>
public sealed record ComparisonReport(int Points, int Dimension, string Distance, int Queries, int K, IReadOnlyList<SystemReport> Systems);

/// <summary>One system.</summary>
/// <param name="Name">The name it was given.</param>
/// <param name="System">What it is, with the version that it tells.</param>
/// <param name="LoadSeconds">From the first point sent to the last acknowledged.</param>
/// <param name="IndexSeconds">From then until it says that its index is built; 0 where it builds while it takes points.</param>
/// <param name="Bytes">What it says that the vectors and their index take, in memory or on disk as <paramref name="BytesAre"/> says; null where it does not tell.</param>
/// <param name="BytesAre">What the bytes are.</param>
/// <param name="Measurements">One for each number of candidates.</param>
public sealed record SystemReport(string Name, string System, double LoadSeconds, double IndexSeconds, long? Bytes, string? BytesAre, IReadOnlyList<Measurement> Measurements);

/// <summary>Searching with so many candidates.</summary>
/// <param name="Ef">Candidates.</param>
/// <param name="Recall">Of the true nearest neighbours, the share that was found, mean over queries.</param>
/// <param name="QueriesPerSecond">With all connections.</param>
/// <param name="MedianMilliseconds">Of one query with one connection.</param>
/// <param name="P99Milliseconds">Of the slowest hundredth with one connection.</param>
public sealed record Measurement(int Ef, double Recall, double QueriesPerSecond, double MedianMilliseconds, double P99Milliseconds);
