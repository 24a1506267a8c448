using Orrery.Kernel;

namespace Orrery.Language.Grammars.Matching;

/// <summary>
/// Runs a grammar byte by byte. A state is the set of all places where a parser could stand, each with the stack of what it returns to; stacks and states are
/// interned, so that a state met again has its steps and masks already. Not thread-safe: <see cref="GrammarMasks"/> holds the lock.
/// </summary>
internal sealed class GrammarAutomaton
{
    /// <summary>An ambiguous grammar can stand at very many places at once.</summary>
    private const int MaxPlaces = 20_000;

    private readonly Productions _productions;
    private readonly Dictionary<(int Place, Frame? Outer), Frame> _frames = [];
    private readonly Dictionary<FrameSet, GrammarState> _states = [];
    private readonly GrammarState _dead;
    private int _nextFrame;

    public GrammarAutomaton(Productions productions)
    {
        _productions = productions;
        _dead = Intern([], isAccepting: false);
        var places = new HashSet<Frame>();
        var isAccepting = false;
        foreach (var start in productions.Alternatives[Productions.Root])
            isAccepting |= Expand(start, null, places);
        Start = Intern(places, isAccepting);
    }

    public GrammarState Start { get; }

    public int StateCount => _states.Count;

    /// <summary>The state after one more byte; dead where the byte cannot come.</summary>
    public GrammarState Step(GrammarState state, byte value)
    {
        if (state.Next[value] is { } known)
            return known;
        HashSet<Frame>? places = null;
        var isAccepting = false;
        foreach (var frame in state.Frames)
        {
            if (_productions.Sets[_productions.Symbols[frame.Place]].Contains(value))
                isAccepting |= Expand(frame.Place + 1, frame.Outer, places ??= []);
        }

        return state.Next[value] = places is null ? _dead : Intern(places, isAccepting);
    }

    /// <summary>Adds every place that reads a byte and can be reached without one; true where the grammar can end.</summary>
    private bool Expand(int place, Frame? outer, HashSet<Frame> places)
    {
        var isAccepting = false;
        var seen = new HashSet<(int, Frame?)>();
        var waiting = new Stack<(int Place, Frame? Outer)>();
        waiting.Push((place, outer));
        while (waiting.TryPop(out var at))
        {
            if (!seen.Add(at))
                continue;
            var symbol = _productions.Symbols[at.Place];
            if (symbol == Productions.End)
            {
                if (at.Outer is null)
                    isAccepting = true;
                else
                    waiting.Push((at.Outer.Place, at.Outer.Outer));
            }
            else if (symbol >= 0)
            {
                places.Add(Frame(at.Place, at.Outer));
            }
            else
            {
                // What ends an alternative returns to where that alternative returns to, so a list's stack does not grow with the list.
                var isLast = _productions.Symbols[at.Place + 1] == Productions.End;
                var back = isLast ? at.Outer : Frame(at.Place + 1, at.Outer);
                foreach (var start in _productions.Alternatives[~symbol])
                    waiting.Push((start, back));
            }

            if (places.Count > MaxPlaces)
                throw new InvalidException($"The grammar is too ambiguous: more than {MaxPlaces} parses of one text are possible.");
        }

        return isAccepting;
    }

    private Frame Frame(int place, Frame? outer)
    {
        if (!_frames.TryGetValue((place, outer), out var frame))
            _frames[(place, outer)] = frame = new Frame(_nextFrame++, place, outer);
        return frame;
    }

    private GrammarState Intern(HashSet<Frame> places, bool isAccepting)
    {
        var set = new FrameSet([.. places.OrderBy(frame => frame.Id)], isAccepting);
        if (!_states.TryGetValue(set, out var state))
            _states[set] = state = new GrammarState(set.Frames, isAccepting);
        return state;
    }

    private readonly struct FrameSet(Frame[] frames, bool isAccepting) : IEquatable<FrameSet>
    {
        public Frame[] Frames { get; } = frames;

        private readonly bool _isAccepting = isAccepting;

        public bool Equals(FrameSet other) => _isAccepting == other._isAccepting && Frames.AsSpan().SequenceEqual(other.Frames);

        public override bool Equals(object? obj) => obj is FrameSet other && Equals(other);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(_isAccepting);
            foreach (var frame in Frames)
                hash.Add(frame.Id);
            return hash.ToHashCode();
        }
    }
}

/// <summary>A place in a grammar's alternatives, and the place that is returned to at the alternative's end.</summary>
internal sealed class Frame(int id, int place, Frame? outer)
{
    public int Id { get; } = id;

    public int Place { get; } = place;

    public Frame? Outer { get; } = outer;
}

/// <summary>Everywhere that a parser could stand after some bytes.</summary>
internal sealed class GrammarState(Frame[] frames, bool isAccepting)
{
    public Frame[] Frames { get; } = frames;

    /// <summary>The text so far is in the language.</summary>
    public bool IsAccepting { get; } = isAccepting;

    /// <summary>Nothing that follows can make it so.</summary>
    public bool IsDead => Frames.Length == 0 && !IsAccepting;

    public GrammarState?[] Next { get; } = new GrammarState?[256];

    /// <summary>The tokens that may come, one bit each, once they were asked for.</summary>
    public ulong[]? Mask { get; set; }
}
