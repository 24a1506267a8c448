namespace Orrery.Vectors.Clustering.Hierarchy;

/// <summary>Which clusters of a condensed tree are taken: none of them within another.</summary>
internal static class Selected
{
    /// <summary>(clusters), the root first.</summary>
    public static bool[] Of(CondensedTree tree, HdbscanOptions options)
    {
        var children = new List<int>[tree.Clusters];
        for (var cluster = 0; cluster < children.Length; cluster++)
            children[cluster] = [];
        foreach (var fall in tree.Falls.Where(fall => fall.Child >= tree.Rows))
            children[fall.Parent - tree.Root].Add(fall.Child - tree.Root);
        var taken = options.Selection is ClusterSelection.Leaves ? [.. children.Select(below => below.Count == 0)] : Lasting(children, Stabilities(tree), options.AllowsOneCluster);
        // A root without a child is a leaf too.
        taken[0] &= options.AllowsOneCluster;
        return taken;
    }

    /// <summary>Σ (density at which a row leaves − density at which the cluster begins), of each cluster: how long it lasts, times how large it is.</summary>
    private static double[] Stabilities(CondensedTree tree)
    {
        var (births, stabilities) = (new double[tree.Clusters], new double[tree.Clusters]);
        foreach (var fall in tree.Falls.Where(fall => fall.Child >= tree.Rows))
            births[fall.Child - tree.Root] = fall.Density;
        foreach (var fall in tree.Falls)
        {
            var birth = births[fall.Parent - tree.Root];
            // Rows without a distance between them: a cluster that begins and ends at an infinite density lasts no time.
            if (fall.Density > birth)
                stabilities[fall.Parent - tree.Root] += (fall.Density - birth) * fall.Size;
        }

        return stabilities;
    }

    /// <summary>From the bottom: a cluster is taken where it lasts at least as long as the best below it together (Campello et al. 2015, algorithm 3).</summary>
    private static bool[] Lasting(List<int>[] children, double[] stabilities, bool allowsRoot)
    {
        var taken = new bool[children.Length];
        for (var cluster = children.Length - 1; cluster >= (allowsRoot ? 0 : 1); cluster--)
        {
            var below = children[cluster].Sum(child => stabilities[child]);
            if (below > stabilities[cluster])
            {
                stabilities[cluster] = below;
                continue;
            }

            taken[cluster] = true;
            Drop(children, cluster, taken);
        }

        return taken;
    }

    private static void Drop(List<int>[] children, int cluster, bool[] taken)
    {
        var waiting = new Stack<int>(children[cluster]);
        while (waiting.TryPop(out var below))
        {
            taken[below] = false;
            children[below].ForEach(waiting.Push);
        }
    }
}
