using Orrery.Vectors.Distances;
using Orrery.Vectors.Flat;
using Orrery.Vectors.Hnsw;

namespace Orrery.Vectors.Neighborhoods;

/// <summary>The k nearest others of every row, nearest first.</summary>
/// <param name="Neighbors">How many each has.</param>
/// <param name="Rows">(rows, neighbors)</param>
/// <param name="Distances">(rows, neighbors)</param>
internal sealed record NeighborGraph(int Neighbors, int[] Rows, float[] Distances)
{
    // Comparing 20,000 rows of 100 components with all takes about a second; a graph grows nearly linearly from there.
    private const int MostCompared = 20_000;

    // Recall above 0.99 of 15 neighbours on GloVe.
    private const int Breadth = 200;

    public ReadOnlySpan<int> Of(int row) => Rows.AsSpan(row * Neighbors, Neighbors);

    public ReadOnlySpan<float> DistancesOf(int row) => Distances.AsSpan(row * Neighbors, Neighbors);

    /// <summary>By comparing all while that is quick, else by a graph, O(n·log n), which misses a few.</summary>
    public static NeighborGraph Find(VectorRows rows, int neighbors, CancellationToken cancellationToken) =>
        rows.Count <= MostCompared ? Exact(rows, neighbors, cancellationToken) : Approximate(rows, neighbors, cancellationToken);

    /// <summary>O(n²·d).</summary>
    /// <param name="rows">More than <paramref name="neighbors"/>.</param>
    /// <param name="neighbors">At least 0.</param>
    /// <param name="cancellationToken">Ends it between two tiles.</param>
    public static unsafe NeighborGraph Exact(VectorRows rows, int neighbors, CancellationToken cancellationToken)
    {
        var graph = Empty(rows, neighbors);
        var ids = Enumerable.Range(0, rows.Count).Select(row => (long)row).ToArray();
        var found = Enumerable.Range(0, TileKernel.Lanes).Select(_ => new Neighbor[neighbors + 1]).ToArray();
        for (var first = 0; neighbors > 0 && first < rows.Count; first += TileKernel.Lanes)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var lanes = Math.Min(TileKernel.Lanes, rows.Count - first);
            FlatTile.Scan(rows.Space, rows.Row(first), rows.Pointer, ids, found.AsSpan(0, lanes), new int[lanes]);
            for (var lane = 0; lane < lanes; lane++)
            {
                Array.Sort(found[lane]);
                graph.Keep(first + lane, found[lane], rows.Space);
            }
        }

        GC.KeepAlive(rows);
        return graph;
    }

    private static unsafe NeighborGraph Approximate(VectorRows rows, int neighbors, CancellationToken cancellationToken)
    {
        var index = new HnswIndex(rows.Dimension, rows.Space.Metric, new HnswOptions { Capacity = rows.Count });
        for (var row = 0; row < rows.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            index.Add(row, new ReadOnlySpan<float>(rows.Row(row), rows.Dimension));
        }

        var (graph, found) = (Empty(rows, neighbors), new Neighbor[neighbors + 1]);
        for (var row = 0; row < rows.Count; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            index.Search(new ReadOnlySpan<float>(rows.Row(row), rows.Dimension), found, Math.Max(Breadth, 2 * neighbors));
            graph.Keep(row, found, null);
        }

        GC.KeepAlive(rows);
        return graph;
    }

    private static NeighborGraph Empty(VectorRows rows, int neighbors) =>
        new(neighbors, new int[checked(rows.Count * neighbors)], new float[checked(rows.Count * neighbors)]);

    /// <param name="row">Of which.</param>
    /// <param name="found">One more than are kept, nearest first, the row itself among them unless so many others are as near.</param>
    /// <param name="space">Turns ranks into distances; null where these are distances.</param>
    private void Keep(int row, ReadOnlySpan<Neighbor> found, Space? space)
    {
        var kept = row * Neighbors;
        foreach (var neighbor in found)
        {
            if (neighbor.Id == row || kept == (row + 1) * Neighbors)
                continue;
            Rows[kept] = (int)neighbor.Id;
            Distances[kept++] = space?.Outward(Space.Orderly(neighbor.Distance)) ?? neighbor.Distance;
        }
    }
}
