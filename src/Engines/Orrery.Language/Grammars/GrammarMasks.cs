using Orrery.Language.Grammars.Matching;
using Orrery.Language.Tokenizers;

namespace Orrery.Language.Grammars;

/// <summary>
/// A grammar over the tokens of one vocabulary: which may come next, found by walking the vocabulary's trie and the grammar together, and kept for every state that
/// was met. Shared by all generations under the grammar; thread-safe.
/// </summary>
public sealed class GrammarMasks
{
    /// <summary>A state with its mask is some 15 kB at a vocabulary of 100,000; a text that nests for ever must not fill the memory.</summary>
    private const int MaxStates = 4096;

    private readonly Lock _lock = new();
    private readonly Tokenizer _tokenizer;
    private readonly Grammar _grammar;
    private readonly TokenTrie _trie;
    private GrammarAutomaton _automaton;

    /// <param name="grammar">What answers must be.</param>
    /// <param name="tokenizer">The model's tokenizer.</param>
    public GrammarMasks(Grammar grammar, Tokenizer tokenizer)
    {
        ArgumentNullException.ThrowIfNull(grammar);
        ArgumentNullException.ThrowIfNull(tokenizer);
        (_grammar, _tokenizer) = (grammar, tokenizer);
        _trie = TrieOf(tokenizer);
        _automaton = new GrammarAutomaton(grammar.Productions);
    }

    /// <summary>A constraint for one generation.</summary>
    public GrammarConstraint Start() => new(this, _automaton.Start);

    internal Tokenizer Tokenizer => _tokenizer;

    /// <summary>One bit for each token that may come. Ends of generation are in it exactly where the text so far is in the language, or nothing else can come.</summary>
    internal ulong[] Mask(GrammarState state)
    {
        lock (_lock)
            return state.Mask ??= Compute(state);
    }

    internal GrammarState Step(GrammarState state, ReadOnlySpan<byte> bytes)
    {
        lock (_lock)
        {
            // States that are in use keep their own steps; only what nobody holds is forgotten.
            if (_automaton.StateCount > MaxStates)
                _automaton = new GrammarAutomaton(_grammar.Productions);
            foreach (var value in bytes)
                state = _automaton.Step(state, value);
            return state;
        }
    }

    private static readonly System.Runtime.CompilerServices.ConditionalWeakTable<Vocabulary, TokenTrie> Tries = [];

    private static TokenTrie TrieOf(Tokenizer tokenizer) => Tries.GetValue(tokenizer.Vocabulary, TokenTrie.Of);

    private ulong[] Compute(GrammarState state)
    {
        var mask = new ulong[(_tokenizer.Vocabulary.Count + 63) / 64];
        var any = false;
        // States along the path from the root; a token has at most some hundred bytes.
        var path = new Stack<(GrammarState State, int After)>();
        path.Push((state, _trie.Nodes.Length));
        for (var at = 1; at < _trie.Nodes.Length;)
        {
            while (at >= path.Peek().After)
                path.Pop();
            ref var node = ref _trie.Nodes[at];
            var next = _automaton.Step(path.Peek().State, node.Byte);
            if (next.IsDead)
            {
                at = node.After;
                continue;
            }

            for (var i = node.FirstToken; i < node.TokenEnd; i++)
                mask[_trie.Tokens[i] >> 6] |= 1UL << (_trie.Tokens[i] & 63);
            any |= node.TokenEnd > node.FirstToken;
            path.Push((next, node.After));
            at++;
        }

        if (state.IsAccepting || !any)
        {
            foreach (var end in _tokenizer.Special.EndOfGeneration)
                mask[end >> 6] |= 1UL << (end & 63);
        }

        return mask;
    }
}
