using Orrery.Language.Kernels.Threads;

namespace Orrery.Language.Kernels.Attention;

/// <summary>
/// Attention of a batch to the cached positions, or to all of its own where an encoder reads both ways; grouped-query: a part is a key-value head with up to 16 tokens of a sequence, whose queries share each page that is read.
/// </summary>
/// <param name="headCount">Query heads.</param>
/// <param name="keyValueHeads">Key-value heads.</param>
/// <param name="headDimension">Components of a head.</param>
/// <param name="isCausal">Whether a token sees what comes before it alone.</param>
internal sealed unsafe class PagedAttention(int headCount, int keyValueHeads, int headDimension, bool isCausal) : ParallelWork
{
    private const int TileTokens = 16;

    private readonly int _group = headCount / keyValueHeads;
    private readonly List<Tile> _tiles = [];
    private float* _queries;
    private float* _output;
    private int _layer;
    private int _window;
    private float _scale;
    private float _cap;

    /// <summary>Lays out the batch; it holds for all layers.</summary>
    public void Begin(List<Segment> segments)
    {
        _tiles.Clear();
        foreach (var segment in segments)
        {
            for (var first = 0; first < segment.Count; first += TileTokens)
            {
                for (var head = 0; head < keyValueHeads; head++)
                    _tiles.Add(new(segment, first, Math.Min(TileTokens, segment.Count - first), head));
            }
        }
    }

    /// <summary>Queries and output are (columns, heads, headDimension). A window of 0 is none; so is a cap of 0.</summary>
    public void Run(ThreadTeam team, int layer, float* queries, float* output, int window, float scale, float cap)
    {
        _queries = queries;
        _output = output;
        (_layer, _window, _scale, _cap) = (layer, window, scale, cap);
        team.Run(this, _tiles.Count);
    }

    public override void Run(int part)
    {
        var tile = _tiles[part];
        var rows = tile.Count * _group;
        var softmax = stackalloc OnlineSoftmax[rows];
        var scores = stackalloc float[4 * AttentionKernel.Page];
        for (var row = 0; row < rows; row++)
        {
            softmax[row] = OnlineSoftmax.Start;
            new Span<float>(Row(_output, tile, row), headDimension).Clear();
        }

        var firstPosition = tile.Segment.Start + tile.First;
        var last = isCausal ? firstPosition + tile.Count - 1 : tile.Segment.Start + tile.Segment.Count - 1;
        var begin = _window == 0 ? 0 : Math.Max(0, firstPosition - _window + 1);
        for (var page = begin / AttentionKernel.Page; page <= last / AttentionKernel.Page; page++)
            TakePage(tile, rows, page, firstPosition, last, softmax, scores);

        for (var row = 0; row < rows; row++)
            Elementwise.Scale(Row(_output, tile, row), 1 / softmax[row].Sum, headDimension);
    }

    private void TakePage(in Tile tile, int rows, int page, int firstPosition, int last, OnlineSoftmax* softmax, float* scores)
    {
        var pool = tile.Segment.Sequence.Pool;
        var index = tile.Segment.Sequence.Pages[page];
        var keys = pool.Keys(index, _layer, tile.Head);
        var values = pool.Values(index, _layer, tile.Head);
        var pageStart = page * AttentionKernel.Page;
        // Tokens before this page do not see it.
        var begin = isCausal ? Math.Max(0, pageStart - firstPosition) * _group : 0;
        for (var row = begin; row < rows; row += 4)
        {
            var count = Math.Min(4, rows - row);
            AttentionKernel.Scores(
                Row(_queries, tile, row), Row(_queries, tile, Math.Min(row + 1, rows - 1)), Row(_queries, tile, Math.Min(row + 2, rows - 1)),
                Row(_queries, tile, Math.Min(row + 3, rows - 1)), keys, headDimension, scores);
            for (var i = 0; i < count; i++)
            {
                var position = firstPosition + (row + i) / _group;
                var end = Math.Min(AttentionKernel.Page, (isCausal ? position : last) + 1 - pageStart);
                var first = _window == 0 ? 0 : Math.Max(0, position - _window + 1 - pageStart);
                if (first >= end)
                    continue;
                var weights = scores + i * AttentionKernel.Page;
                var keep = softmax[row + i].Take(weights, first, end, Capped(weights));
                AttentionKernel.Blend(weights, end, values, headDimension, keep, Row(_output, tile, row + i));
            }
        }
    }

    /// <summary>Caps scores where the model does; gives the scale that is left to apply.</summary>
    private float Capped(float* scores)
    {
        if (_cap == 0)
            return _scale;
        Elementwise.Scale(scores, _scale, AttentionKernel.Page);
        Elementwise.SoftCap(scores, _cap, AttentionKernel.Page);
        return 1;
    }

    private float* Row(float* array, in Tile tile, int row) =>
        array + ((long)(tile.Segment.Column + tile.First + row / _group) * headCount + tile.Head * _group + row % _group) * headDimension;

    private readonly record struct Tile(Segment Segment, int First, int Count, int Head);
}
