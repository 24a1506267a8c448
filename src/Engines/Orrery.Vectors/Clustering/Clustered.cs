namespace Orrery.Vectors.Clustering;

/// <summary>Which cluster each vector is in, as density-based algorithms find them: not all are in one.</summary>
/// <param name="Labels">(vectors): a cluster from 0, or <see cref="Noise"/>.</param>
/// <param name="Clusters">How many clusters there are.</param>
/// <param name="Strengths">(vectors): how firmly each belongs to its cluster, 0 to 1; 0 for noise.</param>
public sealed record Clustered(IReadOnlyList<int> Labels, int Clusters, IReadOnlyList<float> Strengths)
{
    /// <summary>The label of what is in no cluster.</summary>
    public const int Noise = -1;
}
