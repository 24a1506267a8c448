using Orrery.Platform.Hosting;
using Xunit;

namespace Orrery.Platform.Tests.Hosting;

public sealed class BackgroundLoopTests
{
    [Fact]
    public async Task A_loop_that_is_disposed_without_being_stopped_ends_in_order()
    {
        using var waiting = new Loop(stopping => Task.Delay(Timeout.InfiniteTimeSpan, stopping));
        Assert.Equal(TaskStatus.RanToCompletion, await EndAsync(waiting));
    }

    [Fact]
    public async Task Nor_is_it_a_failure_that_what_it_works_with_was_disposed_of_first()
    {
        using var working = new Loop(async stopping =>
        {
            await Task.WhenAny(Task.Delay(Timeout.InfiniteTimeSpan, stopping));
            throw new ObjectDisposedException("store");
        });
        Assert.Equal(TaskStatus.RanToCompletion, await EndAsync(working));
    }

    [Fact]
    public async Task A_loop_that_fails_while_it_should_go_on_has_failed()
    {
        var failure = new TaskCompletionSource();
        using var failing = new Loop(_ => failure.Task);
        await failing.StartAsync(CancellationToken.None);
        failure.SetException(new IOException("disk"));
        await Assert.ThrowsAsync<IOException>(() => failing.ExecuteTask!);
    }

    // As a host does that is disposed of: no stop, only the end.
    private static async Task<TaskStatus> EndAsync(Loop loop)
    {
        await loop.StartAsync(CancellationToken.None);
        await loop.Begun;
        loop.Dispose();
        await Task.WhenAny(loop.ExecuteTask!);
        return loop.ExecuteTask!.Status;
    }

    private sealed class Loop(Func<CancellationToken, Task> work) : BackgroundLoop
    {
        private readonly TaskCompletionSource _begun = new();

        public Task Begun => _begun.Task;

        protected override Task RunAsync(CancellationToken stopping)
        {
            _begun.SetResult();
            return work(stopping);
        }
    }
}
