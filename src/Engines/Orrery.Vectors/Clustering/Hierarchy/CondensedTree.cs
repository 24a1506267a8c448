namespace Orrery.Vectors.Clustering.Hierarchy;

/// <summary>A row falls out of a cluster, or a cluster splits off from one.</summary>
/// <param name="Parent">A cluster.</param>
/// <param name="Child">A row, or a cluster.</param>
/// <param name="Density">1 / the distance at which that happens.</param>
/// <param name="Size">Rows of the child.</param>
internal readonly record struct Fall(int Parent, int Child, float Density, int Size);

/// <summary>
/// The dendrogram from the top, where parts too small for a cluster are not splits but rows that fall out (Campello et al. 2015, section 5.2). Rows are 0 … n − 1, the root is the cluster n, and the others
/// follow: a cluster has a higher number than its parent.
/// </summary>
internal sealed class CondensedTree
{
    private readonly Dendrogram _dendrogram;
    private readonly int _leastSize;
    private readonly List<Fall> _falls = [];

    private CondensedTree(Dendrogram dendrogram, int leastSize) => (_dendrogram, _leastSize) = (dendrogram, leastSize);

    public int Rows => _dendrogram.Rows;

    /// <summary>The cluster of all rows.</summary>
    public int Root => Rows;

    /// <summary>How many clusters there are, the root among them.</summary>
    public int Clusters { get; private set; } = 1;

    public IReadOnlyList<Fall> Falls => _falls;

    public static CondensedTree Of(Dendrogram dendrogram, int leastSize)
    {
        var tree = new CondensedTree(dendrogram, leastSize);
        tree.Condense();
        return tree;
    }

    /// <summary>Breadth first, so that numbers of clusters grow downward.</summary>
    private void Condense()
    {
        var waiting = new Queue<(int Node, int Cluster)>([(Rows + _dendrogram.Merges.Length - 1, Root)]);
        while (waiting.TryDequeue(out var next))
        {
            var merge = _dendrogram.Merges[next.Node - Rows];
            var density = 1 / merge.Distance;
            var isSplit = _dendrogram.SizeOf(merge.Left) >= _leastSize && _dendrogram.SizeOf(merge.Right) >= _leastSize;
            foreach (var child in (ReadOnlySpan<int>)[merge.Left, merge.Right])
            {
                var size = _dendrogram.SizeOf(child);
                if (size < _leastSize)
                {
                    FallOut(child, next.Cluster, density);
                    continue;
                }

                var cluster = next.Cluster;
                if (isSplit)
                    _falls.Add(new Fall(next.Cluster, cluster = Rows + Clusters++, density, size));
                waiting.Enqueue((child, cluster));
            }
        }
    }

    private void FallOut(int node, int cluster, float density)
    {
        var waiting = new Stack<int>([node]);
        while (waiting.TryPop(out var next))
        {
            if (next < Rows)
            {
                _falls.Add(new Fall(cluster, next, density, 1));
                continue;
            }

            waiting.Push(_dendrogram.Merges[next - Rows].Right);
            waiting.Push(_dendrogram.Merges[next - Rows].Left);
        }
    }
}
