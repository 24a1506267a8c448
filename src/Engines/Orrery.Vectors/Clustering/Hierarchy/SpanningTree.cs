using Orrery.Vectors.Distances;
using Orrery.Vectors.Memory;
using Orrery.Vectors.Neighborhoods;

namespace Orrery.Vectors.Clustering.Hierarchy;

/// <summary>An edge of the least spanning tree.</summary>
internal readonly record struct Edge(int From, int To, float Distance);

/// <summary>
/// The least spanning tree under mutual reachability: the distance between two rows, but never less than either's distance to its k-th neighbour (Campello et al. 2013, definition 5). Prim's
/// algorithm over the complete graph, of which no edge is kept: O(n²·d) time, O(n) memory.
/// </summary>
internal static unsafe class SpanningTree
{
    /// <param name="rows">At least two.</param>
    /// <param name="neighbors">k; a row is its own first neighbour.</param>
    /// <param name="cancellationToken">Looked at in every step.</param>
    public static Edge[] Of(VectorRows rows, int neighbors, CancellationToken cancellationToken)
    {
        var space = rows.Space;
        var cores = Cores(rows, neighbors, cancellationToken);
        // What is not in the tree yet stands at the front, so that it is one block; a row that joins leaves its place to the last.
        var (left, block) = (Enumerable.Range(0, rows.Count).ToArray(), new NativeBlock<float>((long)rows.Count * rows.Dimension));
        Buffer.MemoryCopy(rows.Pointer, block.Pointer, block.Length * sizeof(float), block.Length * sizeof(float));
        var (nearest, from, ranks) = (new float[rows.Count], new int[rows.Count], new float[rows.Count]);
        Array.Fill(nearest, float.PositiveInfinity);
        var edges = new Edge[rows.Count - 1];
        var (joined, at) = (0, 0);
        fixed (float* sums = ranks)
        {
            for (var rest = rows.Count - 1; rest > 0; rest--)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Leave(at, rest);
                space.RankExactly(rows.Row(joined), block.Pointer, rest, sums);
                at = 0;
                for (var i = 0; i < rest; i++)
                {
                    var reach = Math.Max(Math.Max(cores[joined], cores[left[i]]), Space.Orderly(sums[i]));
                    if (reach < nearest[i])
                        (nearest[i], from[i]) = (reach, joined);
                    // Equal ones are common, as a core distance is that of many edges: by row, whatever stands where.
                    if (nearest[i] < nearest[at] || (nearest[i] == nearest[at] && left[i] < left[at]))
                        at = i;
                }

                joined = left[at];
                edges[rows.Count - 1 - rest] = new Edge(from[at], joined, space.Outward(nearest[at]));
            }
        }

        GC.KeepAlive(block);
        GC.KeepAlive(rows);
        return edges;

        void Leave(int place, int last)
        {
            (left[place], nearest[place], from[place]) = (left[last], nearest[last], from[last]);
            new ReadOnlySpan<float>(block.Pointer + (long)last * rows.Dimension, rows.Dimension).CopyTo(new Span<float>(block.Pointer + (long)place * rows.Dimension, rows.Dimension));
        }
    }

    /// <summary>The rank of each row's k-th neighbour.</summary>
    private static float[] Cores(VectorRows rows, int neighbors, CancellationToken cancellationToken)
    {
        var (cores, metric) = (new float[rows.Count], rows.Space.Metric);
        Array.Fill(cores, float.NegativeInfinity);
        var graph = NeighborGraph.Exact(rows, neighbors - 1, cancellationToken);
        for (var row = 0; neighbors > 1 && row < rows.Count; row++)
            cores[row] = (float)VectorRows.Inward(metric, graph.DistancesOf(row)[^1]);
        return cores;
    }
}
