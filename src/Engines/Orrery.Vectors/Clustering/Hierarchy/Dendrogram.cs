using Orrery.Vectors.Neighborhoods;

namespace Orrery.Vectors.Clustering.Hierarchy;

/// <summary>Two nodes become one.</summary>
/// <param name="Left">A row, or rows + the number of an earlier merge.</param>
/// <param name="Right">The other.</param>
/// <param name="Distance">Between them.</param>
/// <param name="Size">Rows below it.</param>
internal readonly record struct Merge(int Left, int Right, float Distance, int Size);

/// <summary>Single linkage: the edges of the least spanning tree, shortest first, each a merge.</summary>
internal sealed record Dendrogram(int Rows, Merge[] Merges)
{
    public int SizeOf(int node) => node < Rows ? 1 : Merges[node - Rows].Size;

    public static Dendrogram Of(Edge[] edges, int rows)
    {
        var (sets, tops) = (new DisjointSets(rows), Enumerable.Range(0, rows).ToArray());
        var merges = new Merge[edges.Length];
        // A stable order: of equal distances the edge that was found first.
        foreach (var (i, edge) in edges.OrderBy(edge => edge.Distance).Index())
        {
            var (left, right) = (tops[sets.Find(edge.From)], tops[sets.Find(edge.To)]);
            sets.Join(edge.From, edge.To);
            tops[sets.Find(edge.From)] = rows + i;
            merges[i] = new Merge(left, right, edge.Distance, sets.SizeOf(edge.From));
        }

        return new Dendrogram(rows, merges);
    }
}
