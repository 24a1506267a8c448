using Microsoft.Extensions.Logging;
using Orrery.Gateway.Providers;
using Orrery.Gateway.Providers.Anthropic;
using Orrery.Gateway.Providers.Remote;
using Orrery.Gateway.Routes;
using Orrery.Kernel;

namespace Orrery.Gateway.Calls;

/// <summary>
/// Asks a route's targets in order, each again after a fault that may pass, all within the route's deadline. With hedging the next target is asked as well when the one before is
/// slow, and the first answer counts; the others are cancelled.
/// </summary>
internal sealed class Attempts(OpenAiProvider remote, AnthropicProvider anthropic, LocalProvider local, TargetOrder order, TimeProvider time, ILogger<Attempts> log)
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromMinutes(2);

    public static string Name(TargetSpec target) => $"{target.Provider.ToString().ToLowerInvariant()}/{target.Model}";

    /// <exception cref="InvalidException">A target says that the request is wrong.</exception>
    /// <exception cref="QuotaExceededException">Every target limits the rate.</exception>
    /// <exception cref="UnavailableException">None answered in time.</exception>
    public async Task<(T Answer, TargetSpec Target)> RunAsync<T>(
        CallableRoute route, IReadOnlyList<TargetSpec> targets, Func<IProvider, TargetSpec, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var deadline = new Patience(route.Spec.Deadline ?? DefaultDeadline, time, cancellationToken);
        using var race = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token);
        var faults = new List<ProviderFault>();
        var running = new List<Task<(T Answer, TargetSpec Target)>>();
        try
        {
            for (var next = 0; next < targets.Count || running.Count > 0;)
            {
                if (next < targets.Count)
                    running.Add(TargetAsync(route, targets[next++], ask, race.Token));
                var done = await FirstAsync(running, next < targets.Count ? route.Spec.Hedge : null, deadline.Token);
                if (done is null)
                    continue;
                running.Remove(done);
                try
                {
                    return await done;
                }
                catch (ProviderFault fault) when (fault.Kind == FaultKind.Refused)
                {
                    throw new InvalidException(fault.Message, fault);
                }
                catch (ProviderFault fault)
                {
                    faults.Add(fault);
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsOver && !cancellationToken.IsCancellationRequested)
        {
            faults.Add(new ProviderFault(FaultKind.Passing, $"No answer began within {route.Spec.Deadline ?? DefaultDeadline:c}."));
        }
        finally
        {
            await race.CancelAsync();
            foreach (var late in running)
                _ = LeaveAsync(late);
        }

        var last = faults[^1];
        throw faults.TrueForAll(fault => fault.Kind == FaultKind.Limited) ? new QuotaExceededException(last.Message) : new UnavailableException(last.Message, last);
    }

    /// <summary>The first that ends, well or not; null where the hedge's time is over before.</summary>
    private async Task<Task<T>?> FirstAsync<T>(List<Task<T>> running, TimeSpan? hedge, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var wait = Task.Delay(hedge ?? Timeout.InfiniteTimeSpan, time, over.Token);
        var first = await Task.WhenAny([.. running, wait]);
        await over.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
        return first as Task<T>;
    }

    private async Task<(T Answer, TargetSpec Target)> TargetAsync<T>(CallableRoute route, TargetSpec target, Func<IProvider, TargetSpec, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var began = time.GetTimestamp();
            try
            {
                var answer = await ask(Provider(target), target, cancellationToken);
                order.Answered(route.Name, target, time.GetElapsedTime(began));
                return (answer, target);
            }
            catch (ProviderFault fault)
            {
                GatewayLog.AttemptFailed(log, Name(target), attempt + 1, fault.Kind, fault.InnerException);
                if (fault.Kind != FaultKind.Refused)
                    order.Failed(route.Name, target, route.Spec.Deadline ?? DefaultDeadline);
                if (fault.Kind is FaultKind.Lasting or FaultKind.Refused || attempt == route.Spec.Retries)
                    throw;
                await Task.Delay((route.Spec.RetryWait ?? DefaultWait) * (1 << attempt), time, cancellationToken);
            }
        }
    }

    private IProvider Provider(TargetSpec target) => target.Provider switch { ProviderKind.Local => local, ProviderKind.Anthropic => anthropic, _ => remote };

    /// <summary>Who lost the race may have begun a stream, which must be closed.</summary>
    private static async Task LeaveAsync<T>(Task<(T Answer, TargetSpec Target)> late)
    {
        try
        {
            if ((await late).Answer is IAsyncDisposable stream)
                await stream.DisposeAsync();
        }
        catch (Exception fault) when (fault is ProviderFault or OperationCanceledException)
        {
            // It was cancelled, or failed when nobody waited for it.
        }
    }
}
