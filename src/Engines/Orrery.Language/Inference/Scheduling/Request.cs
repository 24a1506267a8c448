using System.Threading.Channels;
using Orrery.Language.Inference.Cache;
using Orrery.Language.Inference.Sampling;

namespace Orrery.Language.Inference.Scheduling;

/// <summary>One generation in the scheduler's hands.</summary>
internal sealed class Request
{
    private readonly List<int> _tokens;
    private readonly Channel<GeneratedToken> _output;
    private readonly int _promptLength;

    public Request(PagePool pool, ReadOnlySpan<int> prompt, GenerationOptions options, CancellationToken cancellation)
    {
        (Options, Cancellation) = (options, cancellation);
        _tokens = [.. prompt];
        _promptLength = prompt.Length;
        Sequence = new(pool) { Adapter = options.Adapter };
        Sampler = new(options.Sampling, prompt, options.Constraint);
        // As long as the generation at most, which is bounded.
        _output = Channel.CreateUnbounded<GeneratedToken>(new() { SingleReader = true, SingleWriter = true });
    }

    public GenerationOptions Options { get; }

    public CancellationToken Cancellation { get; }

    public CachedSequence Sequence { get; }

    public Sampler Sampler { get; }

    public ChannelReader<GeneratedToken> Output => _output.Reader;

    /// <summary>The prompt and what was generated.</summary>
    public IReadOnlyList<int> Tokens => _tokens;

    public int Generated => _tokens.Count - _promptLength;

    /// <summary>Tokens whose keys and values are not there yet.</summary>
    public int Pending => _tokens.Count - Sequence.Length;

    public ReadOnlySpan<int> Next(int count) => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens).Slice(Sequence.Length, count);

    /// <summary>Tokens that may come after the last one, as far as they are wanted and allowed.</summary>
    public ReadOnlySpan<int> Guess(int most, int contextLength)
    {
        // The first step also remembers the prompt, which ends where the cache does.
        if (Generated == 0)
            return [];
        most = Math.Min(Math.Min(most, Options.LookAhead), Math.Min(Options.MaxTokens - Generated, contextLength - _tokens.Count) - 1);
        return PromptLookup.Guess(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_tokens), most);
    }

    public void Give(GeneratedToken token)
    {
        _tokens.Add(token.Token);
        _output.Writer.TryWrite(token);
    }

    public void End(Exception? fault = null) => _output.Writer.TryComplete(fault);
}
