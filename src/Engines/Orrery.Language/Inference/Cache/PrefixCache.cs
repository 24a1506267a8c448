using Orrery.Language.Kernels.Attention;

namespace Orrery.Language.Inference.Cache;

/// <summary>
/// Full pages of finished and running sequences by the tokens that led to them, so that a prompt with a known beginning starts behind it. A tree: a page is found by
/// the page before it and its own 32 tokens, which are compared, not only hashed. The least recently used ends give way when pages run out. Not thread-safe.
/// </summary>
internal sealed class PrefixCache(PagePool pool)
{
    private readonly Dictionary<(int Parent, int Hash), List<Node>> _children = [];
    private int _nextId = 1;
    private long _clock;

    public int Count { get; private set; }

    /// <summary>Gives a new sequence the pages that it begins with; the last token is always left to read, since its logits are wanted.</summary>
    public void Adopt(CachedSequence sequence, IReadOnlyList<int> tokens)
    {
        var parent = Root(sequence);
        for (var start = 0; start + AttentionKernel.Page < tokens.Count; start += AttentionKernel.Page)
        {
            if (Find(parent, tokens, start) is not { } node)
                return;
            node.Used = ++_clock;
            sequence.Adopt(node.Page);
            parent = node.Id;
        }
    }

    /// <summary>Remembers the full pages of a sequence.</summary>
    public void Remember(CachedSequence sequence, IReadOnlyList<int> tokens)
    {
        Node? parent = null;
        var root = Root(sequence);
        for (var page = 0; (page + 1) * AttentionKernel.Page <= sequence.Length; page++)
        {
            var start = page * AttentionKernel.Page;
            var node = Find(parent?.Id ?? root, tokens, start);
            if (node is null)
            {
                pool.Share(sequence.Pages[page]);
                node = new(_nextId++, root, parent, [.. tokens.Skip(start).Take(AttentionKernel.Page)], sequence.Pages[page]);
                Bucket(node).Add(node);
                Count++;
                if (parent is not null)
                    parent.Children++;
            }

            node.Used = ++_clock;
            parent = node;
        }
    }

    /// <summary>Gives a page back that nobody but this cache holds and that no other builds upon; false where there is none.</summary>
    public bool Evict()
    {
        Node? oldest = null;
        foreach (var node in _children.Values.SelectMany(bucket => bucket))
        {
            if (node.Children == 0 && !pool.IsShared(node.Page) && (oldest is null || node.Used < oldest.Used))
                oldest = node;
        }

        if (oldest is null)
            return false;
        var key = Key(oldest.Parent?.Id ?? oldest.Root, oldest.Tokens, 0);
        _children[key].Remove(oldest);
        if (_children[key].Count == 0)
            _children.Remove(key);
        if (oldest.Parent is { } parent)
            parent.Children--;
        pool.Release(oldest.Page);
        Count--;
        return true;
    }

    private Node? Find(int parent, IReadOnlyList<int> tokens, int start)
    {
        if (!_children.TryGetValue(Key(parent, tokens, start), out var bucket))
            return null;
        foreach (var node in bucket)
        {
            var same = true;
            for (var i = 0; i < AttentionKernel.Page && same; i++)
                same = node.Tokens[i] == tokens[start + i];
            if (same)
                return node;
        }

        return null;
    }

    private List<Node> Bucket(Node node)
    {
        var key = Key(node.Parent?.Id ?? node.Root, node.Tokens, 0);
        if (!_children.TryGetValue(key, out var bucket))
            _children.Add(key, bucket = []);
        return bucket;
    }

    private static (int Parent, int Hash) Key(int parent, IReadOnlyList<int> tokens, int start)
    {
        var hash = new HashCode();
        for (var i = 0; i < AttentionKernel.Page; i++)
            hash.Add(tokens[start + i]);
        return (parent, hash.ToHashCode());
    }

    /// <summary>Each adapter has a tree of its own: the same tokens have other keys and values there.</summary>
    private static int Root(CachedSequence sequence) => sequence.Adapter is { } adapter ? -adapter.Id : 0;

    private sealed class Node(int id, int root, Node? parent, int[] tokens, int page)
    {
        public int Id { get; } = id;

        public int Root { get; } = root;

        public Node? Parent { get; } = parent;

        public int[] Tokens { get; } = tokens;

        public int Page { get; } = page;

        public int Children { get; set; }

        public long Used { get; set; }
    }
}
