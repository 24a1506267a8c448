namespace Orrery.Preparation.Predictors;

/// <summary>
/// One regression tree, as parallel arrays over its inner nodes; node 0 is the root. A tree without inner nodes is one leaf.
/// A row goes left where <c>feature ≤ threshold</c>; a missing value (NaN) goes left where <see cref="DefaultLeft"/> says so.
/// A child ≥ 0 is an inner node, a child &lt; 0 is the leaf <c>~child</c>.
/// </summary>
public sealed record Tree
{
    /// <summary>By inner node: the feature it looks at.</summary>
    public required IReadOnlyList<int> Feature { get; init; }

    /// <summary>
    /// By inner node: the largest value that goes left. Features have 32 bits, so for a threshold of 64 bits this is the largest
    /// 32-bit number that is not above it: every decision stays the same.
    /// </summary>
    public required IReadOnlyList<float> Threshold { get; init; }

    /// <summary>By inner node: whether a missing value goes left.</summary>
    public required IReadOnlyList<bool> DefaultLeft { get; init; }

    /// <summary>By inner node: the child for values not above the threshold.</summary>
    public required IReadOnlyList<int> Left { get; init; }

    /// <summary>By inner node: the other child.</summary>
    public required IReadOnlyList<int> Right { get; init; }

    /// <summary>By leaf: what it adds to the margin, in 64 bits.</summary>
    public required IReadOnlyList<double> Leaf { get; init; }

    /// <summary>The largest 32-bit float that is not above <paramref name="threshold"/>.</summary>
    public static float RoundDown(double threshold)
    {
        var rounded = (float)threshold;
        return rounded > threshold ? MathF.BitDecrement(rounded) : rounded;
    }

    /// <summary>What is wrong with the tree's shape, or null. O(nodes).</summary>
    internal string? Problem(int featureCount)
    {
        var inner = Feature.Count;
        if (Threshold.Count != inner || DefaultLeft.Count != inner || Left.Count != inner || Right.Count != inner)
            return "its arrays of inner nodes differ in length";
        if (Leaf.Count != inner + 1)
            return $"it has {inner} inner nodes and {Leaf.Count} leaves; a binary tree has one leaf more than inner nodes";
        var nodeSeen = new bool[inner];
        var leafSeen = new bool[Leaf.Count];
        for (var node = 0; node < inner; node++)
        {
            if ((uint)Feature[node] >= (uint)featureCount)
                return $"node {node} splits on feature {Feature[node]} of {featureCount}";
            if (float.IsNaN(Threshold[node]))
                return $"node {node} has the threshold NaN";
            if (!Claim(Left[node], node) || !Claim(Right[node], node))
                return $"node {node} has the children {Left[node]} and {Right[node]}, which do not make a tree";
        }

        return Leaf.Any(value => !double.IsFinite(value)) ? "a leaf is not finite" : null;

        // Children come after their parents and belong to one parent: with the right number of leaves, that is a tree.
        bool Claim(int child, int parent)
        {
            if (child >= 0)
                return child > parent && child < inner && !nodeSeen[child] && (nodeSeen[child] = true);
            return ~child < leafSeen.Length && !leafSeen[~child] && (leafSeen[~child] = true);
        }
    }
}
