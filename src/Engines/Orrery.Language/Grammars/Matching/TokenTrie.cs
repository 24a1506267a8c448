using Orrery.Language.Tokenizers;

namespace Orrery.Language.Grammars.Matching;

/// <summary>The tokens of a vocabulary by their bytes, in one array in depth-first order: a subtree that cannot match is skipped in one jump.</summary>
internal sealed class TokenTrie
{
    private TokenTrie(Node[] nodes, int[] tokens) => (Nodes, Tokens) = (nodes, tokens);

    /// <summary>Node 0 is the root.</summary>
    public Node[] Nodes { get; }

    /// <summary>The tokens of all nodes, node after node.</summary>
    public int[] Tokens { get; }

    public static TokenTrie Of(Vocabulary vocabulary)
    {
        // Control tokens are not text; a token without bytes would change nothing and could come for ever.
        var ids = Enumerable.Range(0, vocabulary.Count)
            .Where(id => vocabulary.Kind(id) is TokenKind.Normal or TokenKind.Byte or TokenKind.UserDefined && vocabulary.Bytes(id).Length > 0)
            .ToArray();
        Array.Sort(ids, (a, b) => vocabulary.Bytes(a).SequenceCompareTo(vocabulary.Bytes(b)));
        var nodes = new List<Node> { default };
        Fill(vocabulary, ids, nodes, 0, ids.Length, 0, 0);
        return new TokenTrie([.. nodes], ids);
    }

    private static void Fill(Vocabulary vocabulary, int[] ids, List<Node> nodes, int node, int stop, int depth, int start)
    {
        var ends = start;
        while (ends < stop && vocabulary.Bytes(ids[ends]).Length == depth)
            ends++;
        var first = ends;
        while (first < stop)
        {
            var value = vocabulary.Bytes(ids[first])[depth];
            var last = first + 1;
            while (last < stop && vocabulary.Bytes(ids[last])[depth] == value)
                last++;
            nodes.Add(new Node { Byte = value });
            Fill(vocabulary, ids, nodes, nodes.Count - 1, last, depth + 1, first);
            first = last;
        }

        nodes[node] = new Node { Byte = nodes[node].Byte, FirstToken = start, TokenEnd = ends, After = nodes.Count };
    }

    /// <summary>One byte of a token.</summary>
    internal struct Node
    {
        public byte Byte;

        /// <summary>The tokens that end here, in <see cref="Tokens"/>.</summary>
        public int FirstToken;
        public int TokenEnd;

        /// <summary>The first node that is not below this one.</summary>
        public int After;
    }
}
