using Orrery.Language.Inference.Cache;
using Orrery.Language.Kernels.Attention;

namespace Orrery.Language.Models;

/// <summary>What one step of the model reads: tokens of one or several sequences, and after which of them logits are wanted. Made once, filled for each step.</summary>
/// <param name="capacity">The most tokens of a step.</param>
/// <param name="logitCapacity">The most tokens of a step that logits are wanted for.</param>
internal sealed class Batch(int capacity, int logitCapacity)
{
    private readonly int[] _tokens = new int[capacity];
    private readonly int[] _positions = new int[capacity];
    private readonly List<int> _wanted = new(logitCapacity);

    public int Capacity => capacity;

    public int LogitCapacity => logitCapacity;

    public int Count { get; private set; }

    public ReadOnlySpan<int> Tokens => _tokens.AsSpan(0, Count);

    public ReadOnlySpan<int> Positions => _positions.AsSpan(0, Count);

    public List<Segment> Segments { get; } = [];

    /// <summary>Columns that logits are wanted for, in their order.</summary>
    public IReadOnlyList<int> Wanted => _wanted;

    public void Clear()
    {
        Count = 0;
        Segments.Clear();
        _wanted.Clear();
    }

    /// <summary>Adds the next tokens of a sequence, and makes room for them in its cache.</summary>
    public void Add(CachedSequence sequence, ReadOnlySpan<int> tokens)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(tokens.Length, capacity - Count);
        var start = sequence.Length;
        sequence.Extend(tokens.Length);
        tokens.CopyTo(_tokens.AsSpan(Count));
        for (var i = 0; i < tokens.Length; i++)
            _positions[Count + i] = start + i;
        Segments.Add(new(sequence, start, tokens.Length, Count));
        Count += tokens.Length;
    }

    /// <summary>Whose token a column is, and at which position.</summary>
    public (CachedSequence Sequence, int Position) Locate(int column)
    {
        foreach (var segment in Segments)
        {
            if (column < segment.Column + segment.Count)
                return (segment.Sequence, segment.Start + column - segment.Column);
        }

        throw new ArgumentOutOfRangeException(nameof(column));
    }

    /// <summary>Asks for the logits after a column; gives their row.</summary>
    public int Want(int column)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_wanted.Count, logitCapacity);
        _wanted.Add(column);
        return _wanted.Count - 1;
    }
}
