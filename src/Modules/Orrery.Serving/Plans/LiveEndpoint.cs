using Microsoft.Extensions.Logging;
using Orrery.Kernel;
using Orrery.Platform.Signals;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Predictions;

namespace Orrery.Serving.Plans;

/// <summary>
/// An endpoint as requests see it: the plan that holds now, put in by one atomic write. A request that began under the plan before ends under it.
/// </summary>
internal sealed class LiveEndpoint : IAsyncDisposable
{
    private readonly TimeProvider _time;
    private readonly Lock _swaps = new();
    private ServingPlan? _plan;
    private string _reason = "nothing is deployed yet";

    public LiveEndpoint(string name, string workspace, ISignalLog signals, TimeProvider time, ILogger logger, ServingOptions options)
    {
        (Name, Workspace, _time) = (name, workspace, time);
        Log = new(name, signals, logger, options.LogQueue);
    }

    public string Name { get; }

    public string Workspace { get; }

    public PredictionLog Log { get; }

    public bool Ready => Volatile.Read(ref _plan) is not null;

    /// <summary>Why it is not ready.</summary>
    public string? Reason => Ready ? null : _reason;

    public EndpointSignature Signature => Volatile.Read(ref _plan)?.Signature ?? new(Name, false, [], [], []);

    public IReadOnlyList<ArmStatus> ArmStatus()
    {
        var plan = Volatile.Read(ref _plan);
        return plan is null ? [] : plan.Challenger is null ? [Describe(plan.Champion)] : [Describe(plan.Champion), Describe(plan.Challenger)];
    }

    /// <summary>Begins a request under the plan that holds now.</summary>
    public Prediction Begin(int? version)
    {
        while (Volatile.Read(ref _plan) is { } plan)
        {
            // Retired between the read and here: another plan is in its place already.
            if (!plan.TryEnter())
                continue;
            var prediction = plan.Rent(Log, _time);
            try
            {
                prediction.Begin(version);
                return prediction;
            }
            catch
            {
                prediction.Recycle();
                plan.Leave();
                throw;
            }
        }

        throw new UnavailableException($"The endpoint '{Name}' cannot answer: {_reason}.");
    }

    /// <summary>Puts a plan in place of the one before.</summary>
    public void Swap(ServingPlan plan) => Exchange(plan);

    /// <summary>Answers no more, for the reason given.</summary>
    public void Withdraw(string reason)
    {
        _reason = reason;
        Exchange(null);
    }

    public async ValueTask DisposeAsync()
    {
        Withdraw("the server is going down");
        await Log.DisposeAsync();
    }

    private void Exchange(ServingPlan? plan)
    {
        lock (_swaps)
        {
            var before = Interlocked.Exchange(ref _plan, plan);
            before?.Retire();
        }
    }

    private static ArmStatus Describe(ArmPlan arm) => new(
        arm.Name, arm.Version.Number, arm.Counters.Requests, arm.Counters.Answered, arm.Counters.Errors, arm.Counters.NonFinite, arm.Counters.MeanScoringMs);
}
