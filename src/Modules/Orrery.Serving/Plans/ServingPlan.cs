using System.Collections.Concurrent;
using Orrery.Kernel;
using Orrery.Serving.Endpoints;
using Orrery.Serving.Predictions;
using Orrery.Serving.Runtimes;

namespace Orrery.Serving.Plans;

/// <summary>
/// Everything that answering a request needs, worked out beforehand and never changed: a swap puts another plan in its place. Requests enter a plan and
/// leave it; when it is retired and the last has left, its models are let go.
/// </summary>
internal sealed class ServingPlan
{
    // As many as requests wait to be logged at a time; a frame of 30 features is about 1 KB.
    private const int KeptPredictions = 1024;

    private readonly ConcurrentQueue<Prediction> _idle = new();
    private long _users = 1;
    private int _idleCount;

    public required string Endpoint { get; init; }

    public required PlanField[] Fields { get; init; }

    public required FeatureRead[] Reads { get; init; }

    public required int NumberSlots { get; init; }

    public required int TextSlots { get; init; }

    public required ArmPlan Champion { get; init; }

    public ArmPlan? Challenger { get; init; }

    public CanarySlice? Slice { get; init; }

    public required LogColumns Log { get; init; }

    public required Share LogSample { get; init; }

    public required ServingOptions Options { get; init; }

    public required TextCache Texts { get; init; }

    public EndpointSignature Signature => new(
        Endpoint, true, Challenger is null ? [Champion.Version.Number] : [Champion.Version.Number, Challenger.Version.Number],
        [.. Fields.Select(input => input.Describe())], [.. Champion.Model.Outputs.Select(output => output.Field)]);

    /// <summary>Counts a request in; false where the plan was retired meanwhile.</summary>
    public bool TryEnter()
    {
        var users = Interlocked.Read(ref _users);
        while (users > 0)
        {
            var seen = Interlocked.CompareExchange(ref _users, users + 1, users);
            if (seen == users)
                return true;
            users = seen;
        }

        return false;
    }

    /// <summary>Counts a request out.</summary>
    public void Leave()
    {
        if (Interlocked.Decrement(ref _users) != 0)
            return;
        Champion.Release();
        Challenger?.Release();
    }

    /// <summary>Lets nobody in any more. Call once.</summary>
    public void Retire() => Leave();

    public Prediction Rent(PredictionLog log, TimeProvider time)
    {
        if (_idle.TryDequeue(out var prediction))
        {
            Interlocked.Decrement(ref _idleCount);
            return prediction;
        }

        return new(this, log, time);
    }

    public void Return(Prediction prediction)
    {
        if (Interlocked.Increment(ref _idleCount) <= KeptPredictions)
            _idle.Enqueue(prediction);
        else
            Interlocked.Decrement(ref _idleCount);
    }

    /// <summary>The field of a name; the search begins at <paramref name="hint"/>, since requests send inputs in one order.</summary>
    /// <exception cref="InvalidException">There is none.</exception>
    public int FindField(ReadOnlySpan<byte> utf8Name, int hint)
    {
        for (var i = 0; i < Fields.Length; i++)
        {
            var at = hint + i;
            if (at >= Fields.Length)
                at -= Fields.Length;
            if (utf8Name.SequenceEqual(Fields[at].Utf8Name))
                return at;
        }

        throw Unknown(System.Text.Encoding.UTF8.GetString(utf8Name));
    }

    private InvalidException Unknown(string name)
    {
        var known = Fields.Select(field => field.Name).ToArray();
        var nearest = NearestName.Of(name, known) is { } near ? $" Did you mean '{near}'?" : "";
        var shown = name.Length > 64 ? name[..64] + "…" : name;
        return new($"The endpoint '{Endpoint}' has no input '{shown}'.{nearest} It takes {string.Join(", ", known)}.");
    }
}
