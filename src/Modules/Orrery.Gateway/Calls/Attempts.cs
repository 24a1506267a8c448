using Microsoft.Extensions.Logging;
using Orrery.Gateway.Providers;
using Orrery.Gateway.Routes;
using Orrery.Kernel;

namespace Orrery.Gateway.Calls;

/// <summary>Asks a route's targets in order, each again after a fault that may pass, all within the route's deadline.</summary>
internal sealed class Attempts(OpenAiProvider remote, LocalProvider local, TimeProvider time, ILogger<Attempts> log)
{
    private static readonly TimeSpan DefaultWait = TimeSpan.FromSeconds(0.5);
    private static readonly TimeSpan DefaultDeadline = TimeSpan.FromMinutes(2);

    public static string Name(TargetSpec target) => $"{target.Provider.ToString().ToLowerInvariant()}/{target.Model}";

    /// <exception cref="InvalidException">A target says that the request is wrong.</exception>
    /// <exception cref="QuotaExceededException">Every target limits the rate.</exception>
    /// <exception cref="UnavailableException">None answered in time.</exception>
    public async Task<(T Answer, TargetSpec Target)> RunAsync<T>(RouteSpec route, Func<IProvider, TargetSpec, CancellationToken, Task<T>> ask, CancellationToken cancellationToken)
    {
        using var deadline = new Patience(route.Deadline ?? DefaultDeadline, time, cancellationToken);
        var faults = new List<ProviderFault>();
        try
        {
            foreach (var target in route.Targets)
            {
                for (var attempt = 0; attempt <= route.Retries; attempt++)
                {
                    try
                    {
                        return (await ask(target.Provider == ProviderKind.Local ? local : remote, target, deadline.Token), target);
                    }
                    catch (ProviderFault fault) when (fault.Kind == FaultKind.Refused)
                    {
                        throw new InvalidException(fault.Message, fault);
                    }
                    catch (ProviderFault fault)
                    {
                        faults.Add(fault);
                        GatewayLog.AttemptFailed(log, Name(target), attempt + 1, fault.Kind, fault.InnerException);
                        if (fault.Kind == FaultKind.Lasting || attempt == route.Retries)
                            break;
                        await Task.Delay((route.RetryWait ?? DefaultWait) * (1 << attempt), time, deadline.Token);
                    }
                }
            }
        }
        catch (OperationCanceledException) when (deadline.IsOver && !cancellationToken.IsCancellationRequested)
        {
            faults.Add(new ProviderFault(FaultKind.Passing, $"No answer began within {route.Deadline ?? DefaultDeadline:c}."));
        }

        var last = faults[^1];
        throw faults.All(fault => fault.Kind == FaultKind.Limited) ? new QuotaExceededException(last.Message) : new UnavailableException(last.Message, last);
    }
}
