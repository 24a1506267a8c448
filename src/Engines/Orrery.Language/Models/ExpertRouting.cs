using Orrery.Language.Kernels;

namespace Orrery.Language.Models;

/// <summary>Which tokens go to which expert, with which weight: softmax over the router's logits, the greatest few, summing to 1 where the family has it so.</summary>
internal sealed unsafe class ExpertRouting
{
    private readonly ModelConfiguration _shape;
    private readonly NativeArray<float> _logits;

    // (experts, columns), of which the first _counts[expert] of each are set
    private readonly (int Column, float Weight)[] _chosen;
    private readonly int[] _counts;
    private readonly int _capacity;

    public ExpertRouting(ModelConfiguration shape, int capacity)
    {
        (_shape, _capacity) = (shape, capacity);
        _logits = new((long)capacity * shape.ExpertCount);
        _chosen = new (int, float)[shape.ExpertCount * capacity];
        _counts = new int[shape.ExpertCount];
    }

    /// <summary>(columns, experts)</summary>
    public float* Logits => _logits.Pointer;

    public ReadOnlySpan<(int Column, float Weight)> ColumnsOf(int expert) => _chosen.AsSpan(expert * _capacity, _counts[expert]);

    public void Choose(int count)
    {
        Array.Clear(_counts);
        for (var column = 0; column < count; column++)
            Choose(column, _logits.Span((long)column * _shape.ExpertCount, _shape.ExpertCount));
    }

    private void Choose(int column, Span<float> logits)
    {
        var greatest = float.NegativeInfinity;
        foreach (var logit in logits)
            greatest = MathF.Max(greatest, logit);
        var sum = 0f;
        for (var i = 0; i < logits.Length; i++)
            sum += logits[i] = MathF.Exp(logits[i] - greatest);

        Span<int> picked = stackalloc int[_shape.ExpertsUsed];
        var pickedSum = 0f;
        for (var i = 0; i < picked.Length; i++)
        {
            picked[i] = Greatest(logits, picked[..i]);
            pickedSum += logits[picked[i]];
        }

        foreach (var expert in picked)
            _chosen[expert * _capacity + _counts[expert]++] = (column, logits[expert] / (_shape.NormalizesExperts ? pickedSum : sum));
    }

    private static int Greatest(ReadOnlySpan<float> values, ReadOnlySpan<int> except)
    {
        var best = -1;
        for (var i = 0; i < values.Length; i++)
        {
            if (!except.Contains(i) && (best < 0 || values[i] > values[best]))
                best = i;
        }

        return best;
    }
}
