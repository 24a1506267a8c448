using Orrery.Kernel;
using Orrery.Language.Inference;
using Orrery.Language.Inference.Sampling;
using Orrery.Language.Inference.Scheduling;
using Orrery.Tests;
using Xunit;

namespace Orrery.Language.Tests.Inference;

public sealed class LanguageModelTests : IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task It_ends_at_the_most_tokens_and_says_so()
    {
        using var model = Open();
        var tokens = await Generate(model, [1, 2, 3], new() { MaxTokens = 9 });
        Assert.Equal(9, tokens.Count);
        Assert.Equal(FinishReason.Length, tokens[^1].Finish);
        Assert.All(tokens[..^1], token => Assert.Equal(FinishReason.None, token.Finish));
        Assert.All(tokens, token => Assert.InRange(token.LogProbability, -50, 0));
    }

    [Fact]
    public async Task It_ends_at_a_stop_token()
    {
        using var model = Open();
        var free = await Generate(model, [1, 2, 3], new() { MaxTokens = 20 });
        var stop = free[5].Token;
        var stopped = await Generate(model, [1, 2, 3], new() { MaxTokens = 20, StopTokens = [stop] });
        Assert.Equal(free.FindIndex(token => token.Token == stop) + 1, stopped.Count);
        Assert.Equal(FinishReason.Stop, stopped[^1].Finish);
    }

    [Fact]
    public async Task It_ends_where_the_context_ends()
    {
        using var model = Open(new() { Threads = 1, ContextLength = 16 });
        var tokens = await Generate(model, [.. Enumerable.Range(0, 10)], new() { MaxTokens = 100 });
        Assert.Equal(6, tokens.Count);
        Assert.Equal(FinishReason.Length, tokens[^1].Finish);
    }

    [Fact]
    public void Prompts_that_cannot_be_read_are_refused_before_anything_runs()
    {
        using var model = Open(new() { Threads = 1, ContextLength = 16 });
        Assert.Throws<InvalidException>(() => model.GenerateAsync([]));
        Assert.Contains("16", Assert.Throws<InvalidException>(() => model.GenerateAsync(new int[16])).Message);
        Assert.Contains("place 1", Assert.Throws<InvalidException>(() => model.GenerateAsync([0, 40])).Message);
        Assert.Throws<InvalidException>(() => model.GenerateAsync([-1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => model.GenerateAsync([1], new() { Sampling = new() { TopP = 2 } }));
    }

    [Fact]
    public async Task Many_at_once_get_what_each_gets_alone()
    {
        using var model = Open(new() { Threads = 2, StepTokens = 24, MaxSequences = 5 });
        int[][] prompts = [.. Enumerable.Range(0, 12).Select(i => Enumerable.Range(0, 5 + 7 * i).Select(j => (i * 11 + j * 3) % 40).ToArray())];
        List<List<int>> alone = [];
        foreach (var prompt in prompts)
            alone.Add(Ids(await Generate(model, prompt, new() { MaxTokens = 24 })));
        using var fresh = Open(new() { Threads = 2, StepTokens = 24, MaxSequences = 5 });
        var together = await Task.WhenAll(prompts.Select(prompt => Task.Run(async () => Ids(await Generate(fresh, prompt, new() { MaxTokens = 24 })))));
        Assert.Equal(alone, together);
    }

    /// <summary>A cache for 6 pages of 32 positions, and sequences that want 3 each: some are put off and read again, none is lost or changed.</summary>
    [Fact]
    public async Task Generations_survive_that_the_cache_is_full()
    {
        using var roomy = Open();
        using var probe = Open();
        var options = new LanguageModelOptions { Threads = 1, CacheBytes = probe.CacheBytesPerPosition * 32 * 6 };
        using var tight = Open(options);
        int[][] prompts = [.. Enumerable.Range(0, 6).Select(i => Enumerable.Range(0, 40).Select(j => (i * 7 + j * j) % 40).ToArray())];
        List<List<int>> expected = [];
        foreach (var prompt in prompts)
            expected.Add(Ids(await Generate(roomy, prompt, new() { MaxTokens = 50 })));
        var actual = await Task.WhenAll(prompts.Select(prompt => Task.Run(async () => Ids(await Generate(tight, prompt, new() { MaxTokens = 50 })))));
        Assert.Equal(expected, actual);
    }

    [Fact]
    public async Task A_generation_that_no_cache_holds_is_refused_and_others_go_on()
    {
        using var probe = Open();
        using var tiny = Open(new() { Threads = 1, CacheBytes = probe.CacheBytesPerPosition * 32 * 3 });
        await Assert.ThrowsAsync<UnavailableException>(() => Generate(tiny, [.. Enumerable.Repeat(3, 150)], new()));
        Assert.Equal(5, (await Generate(tiny, [1, 2], new() { MaxTokens = 5 })).Count);
    }

    [Fact]
    public async Task A_cancelled_generation_ends_and_others_go_on()
    {
        using var model = Open();
        using var cancel = new CancellationTokenSource();
        var count = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in model.GenerateAsync([1, 2], new() { MaxTokens = 200 }, cancel.Token))
            {
                if (++count == 3)
                    await cancel.CancelAsync();
            }
        });
        Assert.Equal(4, (await Generate(model, [1, 2], new() { MaxTokens = 4 })).Count);
    }

    [Fact]
    public async Task Whoever_stops_reading_frees_the_slot()
    {
        using var model = Open(new() { Threads = 1, MaxSequences = 1 });
        for (var i = 0; i < 3; i++)
        {
            await foreach (var _ in model.GenerateAsync([1, 2, i], new() { MaxTokens = 200 }))
                break;
        }

        Assert.Equal(4, (await Generate(model, [1, 2], new() { MaxTokens = 4 })).Count);
    }

    [Fact]
    public async Task A_known_beginning_changes_nothing()
    {
        using var model = Open();
        int[] beginning = [.. Enumerable.Range(0, 100).Select(i => i * 7 % 40)];
        var first = Ids(await Generate(model, [.. beginning, 5], new() { MaxTokens = 10 }));
        await Generate(model, [.. beginning, 6], new() { MaxTokens = 10 });
        Assert.Equal(first, Ids(await Generate(model, [.. beginning, 5], new() { MaxTokens = 10 })));
        using var fresh = Open();
        Assert.Equal(Ids(await Generate(fresh, [.. beginning, 6], new() { MaxTokens = 10 })), Ids(await Generate(model, [.. beginning, 6], new() { MaxTokens = 10 })));
    }

    /// <summary>A random model soon repeats itself, so that guesses are right and wrong in turn; a sampled one is mostly guessed wrongly.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.8f)]
    public async Task Guesses_change_nothing(float temperature)
    {
        using var model = Open();
        int[] prompt = [1, 2, 3, 4, 5, 6, 7, 1, 2, 3, 4];
        var options = new GenerationOptions { MaxTokens = 120, Sampling = new() { Temperature = temperature, PresencePenalty = 0.1f, Seed = 5 } };
        var plain = await Generate(model, prompt, options);
        foreach (var ahead in (int[])[1, 4, 16])
        {
            var guessed = await Generate(model, prompt, options with { LookAhead = ahead });
            Assert.Equal(Ids(plain), Ids(guessed));
            Assert.Equal(FinishReason.Length, guessed[^1].Finish);
        }

        var together = await Task.WhenAll(Enumerable.Range(0, 6).Select(i => Task.Run(() => Generate(model, prompt, options with { LookAhead = i }))));
        Assert.All(together, one => Assert.Equal(Ids(plain), Ids(one)));
    }

    [Fact]
    public void A_guess_follows_the_latest_place_that_looked_the_same()
    {
        Assert.Equal([9, 1], PromptLookup.Guess([1, 2, 3, 8, 1, 2, 3, 9, 1, 2, 3], 2).ToArray());
        Assert.Equal([3, 7], PromptLookup.Guess([1, 2, 3, 7, 6, 1, 2], 2).ToArray());
        Assert.Equal([5], PromptLookup.Guess([5, 5, 5, 5, 5], 2).ToArray());
        Assert.Empty(PromptLookup.Guess([1, 2, 3, 4], 4).ToArray());
        Assert.Empty(PromptLookup.Guess([1, 2, 1, 2], 0).ToArray());
    }

    [Fact]
    public async Task The_same_seed_says_the_same()
    {
        using var model = Open();
        var options = new GenerationOptions { MaxTokens = 30, Sampling = new() { Temperature = 1.5f, TopK = 20, Seed = 11, Alternatives = 3 } };
        var first = await Generate(model, [1, 2, 3], options);
        Assert.Equal(Ids(first), Ids(await Generate(model, [1, 2, 3], options)));
        Assert.NotEqual(Ids(first), Ids(await Generate(model, [1, 2, 3], options with { Sampling = options.Sampling with { Seed = 12 } })));
        Assert.All(first, token => Assert.Equal(3, token.Alternatives.Count));
    }

    [Fact]
    public async Task A_constraint_that_fails_ends_its_own_generation_alone()
    {
        using var model = Open();
        await Assert.ThrowsAsync<NotSupportedException>(() => Generate(model, [1], new() { Constraint = new Failing() }));
        Assert.Equal(4, (await Generate(model, [1, 2], new() { MaxTokens = 4 })).Count);
    }

    [Fact]
    public async Task A_disposed_model_says_so()
    {
        var model = Open();
        await Generate(model, [1], new() { MaxTokens = 2 });
        model.Dispose();
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Generate(model, [1], new()));
    }

    [Fact]
    public void An_architecture_that_is_not_supported_is_named_with_those_that_are()
    {
        var path = RandomWeights.Write(_folder, "other", new Dictionary<string, object> { ["general.architecture"] = "mamba" }, new Dictionary<string, long[]> { ["a"] = [4] });
        var refusal = Assert.Throws<InvalidException>(() => LanguageModel.Open(path)).Message;
        Assert.Contains("mamba", refusal);
        Assert.Contains("qwen3", refusal);
    }

    [Fact]
    public void A_tensor_of_another_shape_than_the_description_is_refused()
    {
        var path = RandomWeights.WriteLlama(_folder);
        var bytes = File.ReadAllBytes(path);
        // The description's width becomes 64; the tensors keep their 32.
        var key = System.Text.Encoding.UTF8.GetBytes("llama.embedding_length");
        var at = bytes.AsSpan().IndexOf(key) + key.Length + 4;
        bytes[at] = 64;
        var damaged = _folder.File("wide.gguf");
        using (var stream = File.Create(damaged))
            stream.Write(bytes);
        Assert.Contains("should be", Assert.Throws<InvalidException>(() => LanguageModel.Open(damaged)).Message);
    }

    private LanguageModel Open(LanguageModelOptions? options = null) => LanguageModel.Open(RandomWeights.WriteLlama(_folder), options ?? new() { Threads = 2 });

    private static async Task<List<GeneratedToken>> Generate(LanguageModel model, int[] prompt, GenerationOptions options)
    {
        List<GeneratedToken> tokens = [];
        await foreach (var token in model.GenerateAsync(prompt, options))
            tokens.Add(token);
        return tokens;
    }

    private static List<int> Ids(List<GeneratedToken> tokens) => [.. tokens.Select(token => token.Token)];

    private sealed class Failing : ITokenConstraint
    {
        public void Restrict(Span<float> logits) => throw new NotSupportedException("no");

        public void Accept(int token)
        {
        }
    }
}
