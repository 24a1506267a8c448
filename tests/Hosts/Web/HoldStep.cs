using System.Threading.Channels;
using Orrery.Pipelines.Steps;

namespace Orrery.Hosts.Tests.Web;

/// <summary>What a step holds on to.</summary>
internal sealed record HoldSpec(string What);

/// <summary>A step that goes on until the test lets it go, or a person cancels it.</summary>
internal sealed class HoldStep() : StepKind<HoldSpec>("hold")
{
    private readonly Channel<Held> _held = Channel.CreateUnbounded<Held>();

    public override bool Cacheable => false;

    /// <summary>The next one that began.</summary>
    public ValueTask<Held> NextAsync() => _held.Reader.ReadAsync();

    protected override async Task<StepResult> RunAsync(StepContext context, HoldSpec spec, CancellationToken cancellationToken)
    {
        var held = new Held(spec.What);
        await _held.Writer.WriteAsync(held, cancellationToken);
        using var cancelled = cancellationToken.Register(() => held.Cancelled.TrySetResult());
        await held.Released.Task.WaitAsync(cancellationToken);
        return StepResult.None;
    }
}

/// <summary>A step that is being held.</summary>
internal sealed record Held(string What)
{
    public TaskCompletionSource Released { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public TaskCompletionSource Cancelled { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
