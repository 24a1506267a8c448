namespace Orrery.Language.Inference.Sampling;

/// <summary>Ways to leave out the improbable. Each takes and leaves candidates in falling order of probability, at least one of them.</summary>
internal static class Truncation
{
    /// <summary>From logits to probabilities.</summary>
    public static void Normalize(List<Candidate> candidates, float temperature = 1)
    {
        var greatest = candidates[0].Weight;
        var sum = 0.0;
        for (var i = 0; i < candidates.Count; i++)
        {
            var weight = Math.Exp((candidates[i].Weight - greatest) / (double)temperature);
            candidates[i] = candidates[i] with { Weight = (float)weight };
            sum += weight;
        }

        for (var i = 0; i < candidates.Count; i++)
            candidates[i] = candidates[i] with { Weight = (float)(candidates[i].Weight / sum) };
    }

    public static void TopP(List<Candidate> candidates, float probability)
    {
        var sum = 0f;
        for (var i = 0; i < candidates.Count; i++)
        {
            sum += candidates[i].Weight;
            if (sum >= probability)
            {
                Keep(candidates, i + 1);
                return;
            }
        }
    }

    public static void MinP(List<Candidate> candidates, float share)
    {
        var least = candidates[0].Weight * share;
        var keep = candidates.FindIndex(candidate => candidate.Weight < least);
        if (keep > 0)
            Keep(candidates, keep);
    }

    public static void Typical(List<Candidate> candidates, float probability)
    {
        var entropy = 0.0;
        foreach (var candidate in candidates)
            entropy -= candidate.Weight > 0 ? candidate.Weight * Math.Log(candidate.Weight) : 0;
        var byDistance = candidates.OrderBy(candidate => Math.Abs(-Math.Log(Math.Max(candidate.Weight, float.Epsilon)) - entropy)).ToList();
        TopP(byDistance, probability);
        candidates.Clear();
        candidates.AddRange(byDistance.OrderByDescending(candidate => candidate.Weight));
    }

    /// <summary>Leaves out what surprises more than so many bits.</summary>
    public static void Surprise(List<Candidate> candidates, float bits)
    {
        var keep = candidates.FindIndex(candidate => -Math.Log2(Math.Max(candidate.Weight, float.Epsilon)) > bits);
        if (keep >= 0)
            Keep(candidates, Math.Max(1, keep));
    }

    private static void Keep(List<Candidate> candidates, int count) => candidates.RemoveRange(count, candidates.Count - count);
}
