namespace Orrery.Vectors.Clustering.Hierarchy;

/// <summary>Which of the taken clusters each row is in, and how firmly.</summary>
internal static class Labelling
{
    public static Clustered Of(CondensedTree tree, bool[] taken, bool allowsOneCluster)
    {
        var numbers = new int[tree.Clusters];
        var clusters = 0;
        for (var cluster = 0; cluster < numbers.Length; cluster++)
            numbers[cluster] = taken[cluster] ? clusters++ : Clustered.Noise;

        // The nearest taken cluster at or above each; a parent has a lower number.
        var holders = new int[tree.Clusters];
        Array.Fill(holders, Clustered.Noise);
        var deaths = new float[tree.Clusters];
        if (taken[0])
            holders[0] = 0;
        foreach (var fall in tree.Falls)
        {
            var parent = fall.Parent - tree.Root;
            deaths[parent] = Math.Max(deaths[parent], fall.Density);
            if (fall.Child >= tree.Rows)
                holders[fall.Child - tree.Root] = taken[fall.Child - tree.Root] ? fall.Child - tree.Root : holders[parent];
        }

        var (labels, strengths) = (new int[tree.Rows], new float[tree.Rows]);
        Array.Fill(labels, Clustered.Noise);
        foreach (var fall in tree.Falls.Where(fall => fall.Child < tree.Rows))
        {
            var holder = holders[fall.Parent - tree.Root];
            // One cluster of all: what falls out before its last rows do is noise.
            if (holder < 0 || (holder == 0 && allowsOneCluster && clusters == 1 && fall.Density < deaths[0]))
                continue;
            labels[fall.Child] = numbers[holder];
            strengths[fall.Child] = float.IsPositiveInfinity(fall.Density) || deaths[holder] == 0 ? 1 : Math.Min(fall.Density, deaths[holder]) / deaths[holder];
        }

        return new Clustered(labels, clusters, strengths);
    }
}
