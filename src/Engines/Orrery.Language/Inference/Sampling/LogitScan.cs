using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Orrery.Language.Inference.Sampling;

/// <summary>Passes over all logits of a vocabulary, the only work of sampling that grows with it.</summary>
internal static class LogitScan
{
    /// <summary>The first token of the greatest logit; NaN never wins.</summary>
    public static int Greatest(ReadOnlySpan<float> logits)
    {
        var greatest = Maximum(logits);
        var place = logits.IndexOf(greatest);
        return Math.Max(0, place);
    }

    public static float Maximum(ReadOnlySpan<float> logits)
    {
        var most = Vector512.Create(float.NegativeInfinity);
        var i = 0;
        ref var first = ref MemoryMarshal.GetReference(logits);
        for (; i <= logits.Length - 16; i += 16)
            most = Vector512.MaxNumber(most, Vector512.LoadUnsafe(ref first, (nuint)i));
        var greatest = float.NegativeInfinity;
        for (var lane = 0; lane < 16; lane++)
            greatest = MathF.Max(greatest, most[lane]);
        for (; i < logits.Length; i++)
            greatest = logits[i] > greatest ? logits[i] : greatest;
        return greatest;
    }

    /// <summary>log Σ exp(logit), without overflow.</summary>
    public static double LogSumExp(ReadOnlySpan<float> logits)
    {
        var greatest = Maximum(logits);
        if (!float.IsFinite(greatest))
            return greatest;
        var sum = Vector512<float>.Zero;
        var i = 0;
        ref var first = ref MemoryMarshal.GetReference(logits);
        for (; i <= logits.Length - 16; i += 16)
            sum += Vector512.Exp(Vector512.LoadUnsafe(ref first, (nuint)i) - Vector512.Create(greatest));
        double total = Vector512.Sum(sum);
        for (; i < logits.Length; i++)
            total += Math.Exp(logits[i] - greatest);
        return greatest + Math.Log(total);
    }

    /// <summary>The greatest <paramref name="count"/> in falling order, of equal ones the lower token first. O(n log count), mostly O(n).</summary>
    public static void Top(ReadOnlySpan<float> logits, int count, List<Candidate> top)
    {
        var heap = new PriorityQueue<int, (float Logit, int NegatedToken)>(count + 1);
        var least = float.NegativeInfinity;
        for (var token = 0; token < logits.Length; token++)
        {
            var logit = logits[token];
            if (!(logit > least) && heap.Count >= count)
                continue;
            if (float.IsNaN(logit))
                continue;
            heap.Enqueue(token, (logit, -token));
            if (heap.Count > count)
                heap.Dequeue();
            if (heap.Count == count && heap.TryPeek(out _, out var lowest))
                least = lowest.Logit;
        }

        top.Clear();
        while (heap.TryDequeue(out var token, out var key))
            top.Add(new(token, key.Logit));
        top.Reverse();
    }
}
