using Orrery.Vectors.Clustering.Hierarchy;
using Orrery.Vectors.Distances;
using Orrery.Vectors.Neighborhoods;

namespace Orrery.Vectors.Clustering;

/// <summary>
/// Clusters of any shape and of different densities, without a radius (Campello, Moulavi and Sander 2013; Campello et al. 2015): DBSCAN at every radius at once is a hierarchy, and the clusters
/// that last are taken from it. Thread-safe: it keeps nothing.
/// </summary>
public static class Hdbscan
{
    /// <summary>
    /// Finds clusters. O(n²·d) time, O(n) memory beside a copy of the vectors: some seconds for 20,000 of 100 components. A strength is how dense it still is where the vector falls out of its cluster,
    /// compared with where that ends.
    /// </summary>
    /// <param name="vectors">(vectors, dimension)</param>
    /// <param name="dimension">Components of a vector.</param>
    /// <param name="metric">How distance is measured: any but dot.</param>
    /// <param name="options">How clusters are found.</param>
    /// <param name="cancellationToken">Ends it between two steps of O(n·d).</param>
    /// <exception cref="ArgumentException">The metric is dot, or these are no whole vectors that an index could hold, or fewer than say how dense it is around one.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is out of its range.</exception>
    public static Clustered Find(ReadOnlySpan<float> vectors, int dimension, Metric metric, HdbscanOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new HdbscanOptions();
        options.Validate();
        var rows = VectorRows.Accept(vectors, dimension, metric);
        if (rows.Count < options.Neighbors)
            throw new ArgumentException($"Expected at least {options.Neighbors} vectors, as many as say how dense it is around one; got {rows.Count}. Ask for fewer neighbours.", nameof(vectors));
        if (rows.Count < 2)
            return new Clustered([.. Enumerable.Repeat(Clustered.Noise, rows.Count)], 0, new float[rows.Count]);
        var tree = CondensedTree.Of(Dendrogram.Of(SpanningTree.Of(rows, options.Neighbors, cancellationToken), rows.Count), options.LeastClusterSize);
        return Labelling.Of(tree, Selected.Of(tree, options), options.AllowsOneCluster);
    }
}
