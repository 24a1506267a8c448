using Orrery.Statistics;
using Orrery.Vectors.Memory;

namespace Orrery.Vectors.Vamana;

/// <summary>
/// The Vamana graph (Subramanya et al., "DiskANN", NeurIPS 2019, algorithm 3): every point is looked for from the middle, and links to some of what was met on the way. One thread; the links alone are in memory.
/// Where it leaves the paper: the graph begins empty and not with random links, whose points the first pass would only take out again.
/// </summary>
internal sealed unsafe class GraphLinker
{
    // Room for links that point back before they are chosen among anew: 30 % as in the authors' code, else every new link would prune a full list.
    private const double Slack = 1.3;

    private readonly SourceRows _rows;
    private readonly VamanaOptions _options;
    private readonly int _room;
    private readonly NativeBlock<int> _links;
    private readonly BestFirst _candidates = new();
    private readonly List<(float Apart, int Node)> _met = [];
    private readonly NativeBlock<int> _marks;
    private readonly NativeBlock<int> _batch;
    private readonly NativeBlock<float> _apart;
    private int _round;

    public GraphLinker(SourceRows rows, VamanaOptions options)
    {
        (_rows, _options) = (rows, options);
        _room = (int)(options.MostLinks * Slack);
        _links = new NativeBlock<int>((long)rows.Count * (_room + 1));
        _marks = new NativeBlock<int>(rows.Count);
        _batch = new NativeBlock<int>(_room + 1);
        _apart = new NativeBlock<float>(_room + 1);
        Entry = Middle();
    }

    /// <summary>Where searches begin: the point nearest to the mean.</summary>
    public int Entry { get; }

    /// <summary>The number of a point's links, and these.</summary>
    public int* Links(int node) => _links.Pointer + (long)node * (_room + 1);

    /// <summary>Two passes: the first with the shortest links alone, the second with detours.</summary>
    public void Run(CancellationToken cancellationToken)
    {
        var order = Enumerable.Range(0, _rows.Count).ToArray();
        var random = new SeededRandom(_options.Seed);
        foreach (var detour in (ReadOnlySpan<float>)[1, _options.Detour])
        {
            Shuffle(order, random);
            foreach (var node in order)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Link(node, detour);
            }
        }

        for (var node = 0; node < _rows.Count; node++)
        {
            if (*Links(node) > _options.MostLinks)
                Prune(node, _options.Detour);
        }
    }

    private void Link(int node, float detour)
    {
        Search(node);
        var links = Links(node);
        for (var i = 1; i <= links[0]; i++)
        {
            if (Mark(links[i]))
                _met.Add((_rows.Apart(node, links[i]), links[i]));
        }

        Choose(node, detour);
        for (var i = 1; i <= links[0]; i++)
            LinkBack(links[i], node, detour);
    }

    /// <summary>Walks toward a point, and leaves what was met with its distance.</summary>
    private void Search(int node)
    {
        _met.Clear();
        _round++;
        Mark(node);
        _candidates.Begin(_options.Breadth);
        if (Mark(Entry))
            Meet(node, Entry, _rows.Apart(node, Entry));
        while (_candidates.TryTake(out var next))
        {
            var links = Links(next);
            var unseen = 0;
            for (var i = 1; i <= links[0]; i++)
            {
                if (Mark(links[i]))
                    _batch.Pointer[unseen++] = links[i];
            }

            _rows.Apart(node, _batch.Pointer, unseen, _apart.Pointer);
            for (var i = 0; i < unseen; i++)
                Meet(node, _batch.Pointer[i], _apart.Pointer[i]);
        }
    }

    private void Meet(int node, int met, float apart)
    {
        _candidates.Offer(apart, met);
        _met.Add((apart, met));
    }

    private void LinkBack(int from, int to, float detour)
    {
        var links = Links(from);
        if (new ReadOnlySpan<int>(links + 1, links[0]).Contains(to))
            return;
        links[++links[0]] = to;
        if (links[0] == _room)
            Prune(from, detour);
    }

    private void Prune(int node, float detour)
    {
        _met.Clear();
        var links = Links(node);
        _rows.Apart(node, links + 1, links[0], _apart.Pointer);
        for (var i = 0; i < links[0]; i++)
            _met.Add((_apart.Pointer[i], links[i + 1]));
        Choose(node, detour);
    }

    /// <summary>
    /// Robust pruning (algorithm 2): the nearest of what was met becomes a link, and what is nearer to it than to the point, by more than the detour, is passed over; and so on.
    /// </summary>
    private void Choose(int node, float detour)
    {
        _met.Sort();
        var links = Links(node);
        var chosen = 0;
        // What is far beyond the breadth was passed over for something nearer all the same.
        for (var i = 0; i < _met.Count && i < 4 * _options.Breadth && chosen < _options.MostLinks; i++)
        {
            var (apart, candidate) = _met[i];
            var isCovered = false;
            for (var j = 1; j <= chosen && !isCovered; j++)
                isCovered = detour * _rows.Apart(links[j], candidate) <= apart;
            if (!isCovered)
                links[++chosen] = candidate;
        }

        links[0] = chosen;
    }

    private bool Mark(int node)
    {
        if (_marks.Pointer[node] == _round)
            return false;
        _marks.Pointer[node] = _round;
        return true;
    }

    private int Middle()
    {
        var (best, least, kept) = (0, float.PositiveInfinity, new float[_rows.Space.Dimension]);
        for (var row = 0; row < _rows.Count; row++)
        {
            _rows.Accept(row, kept);
            var square = Distances.Distance.SquaredEuclidean<float>(kept, _rows.Mean);
            if (square < least)
                (best, least) = (row, square);
        }

        return best;
    }

    private static void Shuffle(int[] order, SeededRandom random)
    {
        for (var i = order.Length - 1; i > 0; i--)
        {
            var other = random.NextInt(i + 1);
            (order[i], order[other]) = (order[other], order[i]);
        }
    }
}
