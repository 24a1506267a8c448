using System.Runtime.InteropServices;

namespace Orrery.Preparation.Predictors;

/// <summary>
/// Scores rows over one flat array of nodes. Rows go through a tree in blocks, so that the tree's nodes stay in the first-level cache
/// while a block passes; margins are 64-bit sums in the order of the trees, whatever the block.
/// </summary>
internal sealed class TreeScorer
{
    private const int RowsPerBlock = 256;
    private const int DefaultLeftBit = unchecked((int)0x8000_0000);

    private readonly Node[] _nodes;
    private readonly double[] _leaves;
    private readonly int[] _roots;
    private readonly int _features;
    private readonly int _outputs;
    private readonly double[] _baseScores;
    private readonly int[] _zeroIsMissing;

    public TreeScorer(TreeEnsemble ensemble)
    {
        _features = ensemble.FeatureCount;
        _outputs = ensemble.OutputCount;
        _baseScores = ensemble.Options.BaseScores?.ToArray() ?? new double[_outputs];
        _zeroIsMissing = [.. ensemble.Options.ZeroIsMissing];
        _nodes = new Node[ensemble.Trees.Sum(t => t.Feature.Count)];
        _leaves = [.. ensemble.Trees.SelectMany(t => t.Leaf)];
        _roots = new int[ensemble.Trees.Count];
        var (node, leaf) = (0, 0);
        for (var t = 0; t < _roots.Length; t++)
        {
            var tree = ensemble.Trees[t];
            _roots[t] = tree.Feature.Count == 0 ? ~leaf : node;
            for (var i = 0; i < tree.Feature.Count; i++)
            {
                _nodes[node + i] = new(
                    tree.Threshold[i],
                    tree.Feature[i] | (tree.DefaultLeft[i] ? DefaultLeftBit : 0),
                    Place(tree.Left[i], node, leaf),
                    Place(tree.Right[i], node, leaf));
            }

            node += tree.Feature.Count;
            leaf += tree.Leaf.Count;
        }
    }

    /// <param name="features">Row-major [rows × features].</param>
    /// <param name="margins">Row-major [rows × outputs].</param>
    public void Score(ReadOnlySpan<float> features, Span<float> margins)
    {
        var rows = margins.Length / _outputs;
        Span<double> sums = new double[RowsPerBlock * _outputs];
        for (var start = 0; start < rows; start += RowsPerBlock)
        {
            var count = Math.Min(RowsPerBlock, rows - start);
            var block = features.Slice(start * _features, count * _features);
            if (_zeroIsMissing.Length > 0)
                block = WithoutZeros(block);
            sums.Clear();
            for (var t = 0; t < _roots.Length; t++)
                Add(t, block, sums[(t % _outputs)..], count);
            for (var i = 0; i < count * _outputs; i++)
                margins[(start * _outputs) + i] = (float)(sums[i] + _baseScores[i % _outputs]);
        }
    }

    private void Add(int tree, ReadOnlySpan<float> block, Span<double> sums, int count)
    {
        var root = _roots[tree];
        ReadOnlySpan<Node> nodes = _nodes;
        for (var row = 0; row < count; row++)
        {
            var values = block.Slice(row * _features, _features);
            var at = root;
            while (at >= 0)
            {
                ref readonly var node = ref nodes[at];
                var value = values[node.Feature & ~DefaultLeftBit];
                at = value <= node.Threshold || (float.IsNaN(value) && node.Feature < 0) ? node.Left : node.Right;
            }

            sums[row * _outputs] += _leaves[~at];
        }
    }

    private float[] WithoutZeros(ReadOnlySpan<float> block)
    {
        var copy = block.ToArray();
        for (var row = 0; row < copy.Length; row += _features)
        {
            foreach (var feature in _zeroIsMissing)
            {
                ref var value = ref copy[row + feature];
                if (MathF.Abs(value) <= TreeEnsembleOptions.ZeroBound)
                    value = float.NaN;
            }
        }

        return copy;
    }

    private static int Place(int child, int firstNode, int firstLeaf) => child >= 0 ? child + firstNode : ~(~child + firstLeaf);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Node(float Threshold, int Feature, int Left, int Right);
}
