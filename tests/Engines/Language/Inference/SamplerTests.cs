using Orrery.Language.Inference.Sampling;
using Xunit;

namespace Orrery.Language.Tests.Inference;

public sealed class SamplerTests
{
    private static readonly double[] Probabilities = [0.5, 0.2, 0.15, 0.1, 0.05];

    [Fact]
    public void Greedy_takes_the_most_probable_and_tells_the_model_s_probability()
    {
        var choice = new Sampler(SamplingOptions.Greedy with { Alternatives = 2 }, []).Choose(Logits());
        Assert.Equal(0, choice.Token);
        Assert.Equal(Math.Log(0.5), choice.LogProbability, 1e-5);
        Assert.Equal([0, 1], choice.Alternatives.Select(one => one.Token));
        Assert.Equal(Math.Log(0.2), choice.Alternatives[1].LogProbability, 1e-5);
    }

    [Fact]
    public void Tokens_are_drawn_as_often_as_they_are_probable() => Distributed(new(), Probabilities);

    [Fact]
    public void Temperature_sharpens() => Distributed(new() { Temperature = 0.5f }, Normalized(Probabilities.Select(p => p * p)));

    [Fact]
    public void Top_k_keeps_k() => Distributed(new() { TopK = 2 }, Normalized([0.5, 0.2, 0, 0, 0]));

    [Fact]
    public void Top_p_keeps_until_the_sum_is_reached() => Distributed(new() { TopP = 0.8f }, Normalized([0.5, 0.2, 0.15, 0, 0]));

    [Fact]
    public void Min_p_keeps_a_share_of_the_most_probable() => Distributed(new() { MinP = 0.25f }, Normalized([0.5, 0.2, 0.15, 0, 0]));

    /// <summary>Entropy 1.333 nats; distances of the surprises 0.69, 1.61, 1.90, 2.30, 3.00 from it: 0.64, 0.28, 0.56, 0.97, 1.66. So 0.2 and 0.15 come first, then 0.5.</summary>
    [Fact]
    public void Typical_keeps_what_surprises_as_expected() => Distributed(new() { TypicalP = 0.3f }, Normalized([0, 0.2, 0.15, 0, 0]));

    [Fact]
    public void Temperature_comes_after_truncation() =>
        Distributed(new() { TopP = 0.6f, Temperature = 2 }, Normalized([Math.Sqrt(0.5), Math.Sqrt(0.2), 0, 0, 0]));

    [Fact]
    public void The_same_seed_draws_the_same_and_another_does_not()
    {
        List<int> Draws(long seed)
        {
            var sampler = new Sampler(new() { Seed = seed }, []);
            return [.. Enumerable.Range(0, 100).Select(_ => sampler.Choose(Logits()).Token)];
        }

        Assert.Equal(Draws(1), Draws(1));
        Assert.NotEqual(Draws(1), Draws(2));
    }

    [Fact]
    public void Biases_ban_and_force()
    {
        Assert.NotEqual(0, new Sampler(SamplingOptions.Greedy with { LogitBias = new Dictionary<int, float> { [0] = -100 } }, []).Choose(Logits()).Token);
        var forced = new Sampler(SamplingOptions.Greedy with { LogitBias = new Dictionary<int, float> { [4] = 100, [999] = 5 } }, []).Choose(Logits());
        Assert.Equal(4, forced.Token);
        Assert.Equal(Math.Log(0.05), forced.LogProbability, 1e-5);
    }

    [Fact]
    public void Penalties_turn_away_from_what_was_there()
    {
        // ln 0.5 − ln 0.2 = 0.916: the penalty beyond that changes the choice.
        Assert.Equal(0, new Sampler(SamplingOptions.Greedy with { PresencePenalty = 0.9f }, [0]).Choose(Logits()).Token);
        Assert.Equal(1, new Sampler(SamplingOptions.Greedy with { PresencePenalty = 0.95f }, [0]).Choose(Logits()).Token);
        Assert.Equal(0, new Sampler(SamplingOptions.Greedy with { FrequencyPenalty = 0.4f }, [0, 0]).Choose(Logits()).Token);
        Assert.Equal(1, new Sampler(SamplingOptions.Greedy with { FrequencyPenalty = 0.4f }, [0, 0, 0]).Choose(Logits()).Token);
        Assert.Equal(0, new Sampler(SamplingOptions.Greedy with { FrequencyPenalty = 0.4f, PenaltyWindow = 2 }, [0, 0, 0]).Choose(Logits()).Token);
        Assert.Equal(1, new Sampler(SamplingOptions.Greedy with { RepetitionPenalty = 3 }, [0]).Choose(Logits()).Token);
    }

    [Fact]
    public void What_is_generated_counts_as_having_been_there()
    {
        var sampler = new Sampler(SamplingOptions.Greedy with { PresencePenalty = 100 }, []);
        Assert.Equal([0, 1, 2, 3, 4], Enumerable.Range(0, 5).Select(_ => sampler.Choose(Logits()).Token));
    }

    [Fact]
    public void Mirostat_holds_the_surprise_near_its_aim()
    {
        const int Vocabulary = 1000;
        const float Aim = 4;
        var logits = Enumerable.Range(1, Vocabulary).Select(rank => -(float)Math.Log(rank)).ToArray(); // Zipf, whose own surprise is 7.2 bits
        var sampler = new Sampler(new() { Mirostat = new(Aim), Seed = 4 }, []);
        var total = 0.0;
        const int Draws = 2000;
        for (var i = 0; i < Draws; i++)
        {
            var choice = sampler.Choose([.. logits]);
            total += i < 200 ? 0 : Math.Log2(choice.Token + 1);
        }

        // Without it the mean logarithm of the rank is 5.4 bits.
        Assert.InRange(total / (Draws - 200), 1.0, 3.0);
    }

    [Fact]
    public void A_constraint_decides_what_may_come_and_hears_what_came()
    {
        var constraint = new Only(3);
        Assert.Equal(3, new Sampler(SamplingOptions.Greedy, [], constraint).Choose(Logits()).Token);
        Assert.Equal([3], constraint.Accepted);
    }

    [Fact]
    public void Logits_that_are_no_numbers_still_give_a_token()
    {
        float[] broken = [float.NaN, float.NaN, float.NaN];
        Assert.InRange(new Sampler(SamplingOptions.Greedy, []).Choose([.. broken]).Token, 0, 2);
        Assert.InRange(new Sampler(new(), []).Choose([.. broken]).Token, 0, 2);
        Assert.InRange(new Sampler(new() { TopK = 2 }, []).Choose([.. broken]).Token, 0, 2);
    }

    [Fact]
    public void Values_beyond_their_bounds_are_refused()
    {
        foreach (var options in (SamplingOptions[])[new() { Temperature = -1 }, new() { TopP = 1.5f }, new() { MinP = float.NaN }, new() { TopK = -1 }, new() { Alternatives = 101 }])
            Assert.Throws<ArgumentOutOfRangeException>(() => new Sampler(options, []));
    }

    [Fact]
    public void The_greatest_logits_of_a_large_vocabulary_are_found()
    {
        var random = new Random(3);
        var logits = Enumerable.Range(0, 50_001).Select(_ => (float)random.NextDouble()).ToArray();
        List<Candidate> top = [];
        LogitScan.Top(logits, 100, top);
        Assert.Equal(logits.Select((logit, token) => (logit, token)).OrderByDescending(one => one.logit).Take(100).Select(one => one.token), top.Select(one => one.Token));
        Assert.Equal(top[0].Token, LogitScan.Greatest(logits));
        Assert.Equal(Math.Log(logits.Sum(logit => Math.Exp(logit))), LogitScan.LogSumExp(logits), 1e-5);
    }

    private static float[] Logits() => [.. Probabilities.Select(p => (float)Math.Log(p))];

    private static double[] Normalized(IEnumerable<double> weights)
    {
        var all = weights.ToArray();
        return [.. all.Select(weight => weight / all.Sum())];
    }

    private static void Distributed(SamplingOptions options, double[] expected)
    {
        const int Draws = 20_000;
        var sampler = new Sampler(options with { Seed = 7 }, []);
        var counts = new int[expected.Length];
        for (var i = 0; i < Draws; i++)
            counts[sampler.Choose(Logits()).Token]++;
        // Five standard deviations of a count.
        for (var token = 0; token < counts.Length; token++)
            Assert.InRange(counts[token] / (double)Draws, expected[token] - 5 * Math.Sqrt(0.25 / Draws), expected[token] == 0 ? 0 : expected[token] + 5 * Math.Sqrt(0.25 / Draws));
    }

    private sealed class Only(int token) : ITokenConstraint
    {
        public List<int> Accepted { get; } = [];

        public void Restrict(Span<float> logits)
        {
            for (var i = 0; i < logits.Length; i++)
                logits[i] = i == token ? logits[i] : float.NegativeInfinity;
        }

        public void Accept(int chosen) => Accepted.Add(chosen);
    }
}
