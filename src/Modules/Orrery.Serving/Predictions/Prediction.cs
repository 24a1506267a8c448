using Microsoft.ML.OnnxRuntime;
using Orrery.Kernel;
using Orrery.Serving.Plans;
using Orrery.Serving.Runtimes;

namespace Orrery.Serving.Predictions;

/// <summary>
/// One request on its way through an endpoint. Fill its inputs, call <see cref="ScoreAsync"/>, write <see cref="Outputs"/> to the caller, call <see cref="Answered"/>,
/// and dispose it in every case: that is when what was answered goes to the prediction log. Not thread-safe; not to be touched after it was disposed.
/// </summary>
public sealed class Prediction : IAsyncDisposable
{
    private readonly ServingPlan _plan;
    private readonly PredictionLog _log;
    private readonly TimeProvider _time;
    private readonly RequestValues _values;
    private readonly ArmScores _champion = new();
    private readonly ArmScores _challenger = new();
    private ArmPlan? _only;
    private ArmPlan? _served;
    private OnnxBinding? _answer;
    private long _began;
    private int _field;
    private bool _inSlice;
    private bool _answered;

    internal Prediction(ServingPlan plan, PredictionLog log, TimeProvider time) =>
        (_plan, _log, _time, _values) = (plan, log, time, new(plan));

    /// <summary>What it is called: given by the caller, or made when it is scored (UUID version 7). Rows of a batch are <c>ID:0</c>, <c>ID:1</c> …</summary>
    public string? Id { get; set; }

    /// <summary>What keeps a caller on one side of a canary; the id by default.</summary>
    public string? StickyKey { get; set; }

    /// <summary>When it is made: decides which features have expired and stands in the log. Now by default; a replay sets the time of the event.</summary>
    public DateTimeOffset At { get; set; }

    /// <summary>Rows; 0 before the first input.</summary>
    public int Rows => _values.Rows;

    /// <summary>The version that answered; 0 before.</summary>
    public int Version => _served?.Version.Number ?? 0;

    /// <summary>What the answering version gave, in the order of its outputs. Valid until this is disposed.</summary>
    public IReadOnlyList<OutputTensor> Outputs => _answer?.Outputs ?? [];

    /// <summary>The score of a row.</summary>
    public double Score(int row) => Of(_served!).Values[row];

    /// <summary>Announces an input by name; the values follow with <see cref="SetNumber"/> or <see cref="SetText"/> for each element in row-major order.</summary>
    /// <returns>How many elements it must have.</returns>
    /// <exception cref="InvalidException">There is no such input, it was sent already, or its shape is wrong.</exception>
    public int BeginInput(ReadOnlySpan<byte> utf8Name, ReadOnlySpan<long> shape)
    {
        _field = _plan.FindField(utf8Name, _field + 1 < _plan.Fields.Length ? _field + 1 : 0);
        return _values.Begin(_field, shape);
    }

    /// <summary>Sets an element of the input that was announced last; booleans are 0 and 1, NaN is a feature without a value.</summary>
    public void SetNumber(int element, double value) => _values.SetNumber(_field, element, value);

    /// <summary>Sets an element of the input that was announced last.</summary>
    public void SetText(int element, ReadOnlySpan<byte> utf8) => _values.SetText(_field, element, utf8);

    /// <summary>Looks the features up and scores: with the champion, or with the challenger where the request is in its slice.</summary>
    /// <exception cref="InvalidException">An input is missing.</exception>
    /// <exception cref="OrreryException">The champion failed.</exception>
    public async ValueTask ScoreAsync()
    {
        if (At == default)
            At = _time.GetUtcNow();
        Id ??= Guid.CreateVersion7(_time.GetUtcNow()).ToString();
        _values.Complete(At);
        var first = _only ?? _plan.Champion;
        if (_only is null && _plan.Slice is { } slice && slice.Contains(StickyKey ?? Id))
        {
            _inSlice = true;
            if (!slice.Shadow && await TryScoreAsync(_plan.Challenger!))
                first = _plan.Challenger!;
        }

        // A challenger's failure is the challenger's: the caller gets the champion's answer.
        if (Of(first).Binding is null && !await TryScoreAsync(first))
            throw new OrreryException(ErrorCode.Internal, Of(first).Error ?? $"{first.Version.Ref} failed.", Of(first).Cause);
        _served = first;
        _answer = Of(first).Binding;
    }

    /// <summary>Whether disposing this scores the other arm, so that the answer had better be on its way.</summary>
    public bool HasWorkLeft => _inSlice;

    /// <summary>Says that the caller has the answer.</summary>
    public void Answered()
    {
        if (_served is not { } served)
            throw new InvalidOperationException("Nothing was scored yet.");
        _answered = true;
        LatencyMs = _time.GetElapsedTime(_began).TotalMilliseconds;
        served.Counters.WasAnswer();
        served.Tags.Answered(TimeSpan.FromMilliseconds(LatencyMs));
    }

    /// <summary>Scores the other arm where the request is in a canary's slice, now that nobody waits; passes the request to the log, waiting where that is full.</summary>
    public async ValueTask DisposeAsync()
    {
        var logged = false;
        try
        {
            if (_answered)
            {
                if (_inSlice)
                    await ScoreOtherArmAsync();
                ReleaseBindings();
                logged = _inSlice || PredictionLog.Samples(_plan.LogSample, Id!);
            }
        }
        finally
        {
            ReleaseBindings();
            _plan.Leave();
        }

        if (logged)
            await _log.AddAsync(this);
        else
            Recycle();
    }

    internal LogColumns Columns => _plan.Log;

    internal double LatencyMs { get; private set; }

    internal RequestValues Values => _values;

    internal int NumberSlots => _plan.NumberSlots;

    internal int TextSlots => _plan.TextSlots;

    internal IEnumerable<(ArmPlan Arm, int Index, ArmScores Scores)> Scored()
    {
        if (_champion.Rows > 0)
            yield return (_plan.Champion, 0, _champion);
        if (_challenger.Rows > 0)
            yield return (_plan.Challenger!, 1, _challenger);
    }

    internal bool Serves(ArmPlan arm) => ReferenceEquals(_served, arm);

    internal void Begin(int? version)
    {
        _began = _time.GetTimestamp();
        _only = version switch
        {
            null => null,
            { } number when number == _plan.Champion.Version.Number => _plan.Champion,
            { } number when number == _plan.Challenger?.Version.Number => _plan.Challenger,
            _ => throw new NotFoundException(
                $"The endpoint '{_plan.Endpoint}' does not serve version {version}; it serves {string.Join(", ", _plan.Signature.Versions)}."),
        };
    }

    /// <summary>Makes it ready for another request.</summary>
    internal void Recycle()
    {
        _values.Clear();
        _champion.Clear();
        _challenger.Clear();
        (Id, StickyKey, At, LatencyMs, _field) = (null, null, default, 0, 0);
        (_only, _served, _answer, _inSlice, _answered) = (null, null, null, false, false);
        _plan.Return(this);
    }

    private ArmScores Of(ArmPlan arm) => ReferenceEquals(arm, _plan.Champion) ? _champion : _challenger;

    private async ValueTask ScoreOtherArmAsync()
    {
        var other = ReferenceEquals(_served, _plan.Champion) ? _plan.Challenger! : _plan.Champion;
        // Where the challenger failed and the champion answered, both have been tried.
        if (Of(other) is { Rows: 0, Error: null })
            await TryScoreAsync(other);
    }

    private async ValueTask<bool> TryScoreAsync(ArmPlan arm)
    {
        var scores = Of(arm);
        OnnxBinding? binding = null;
        var began = _time.GetTimestamp();
        try
        {
            binding = arm.Fill(Rows, _values.Numbers, _plan.NumberSlots, _values.Texts, _plan.TextSlots);
            await arm.RunAsync(binding);
            arm.Counters.Scored(_time.GetTimestamp() - began, _plan.Slice?.SlowTicks ?? long.MaxValue);
            if (scores.Take(arm, binding))
                return true;
            arm.Counters.GaveNonFinite();
            scores.Error = $"{arm.Version.Ref} gave a score that is not finite.";
        }
        catch (OnnxRuntimeException error)
        {
            arm.Counters.Failed();
            arm.Tags.Failed();
            (scores.Error, scores.Cause) = ($"{arm.Version.Ref} failed on this request.", error);
        }
        finally
        {
            if (binding is not null && scores.Binding is null)
                arm.Model.Return(binding);
            if (ReferenceEquals(arm, _plan.Challenger))
                _plan.Slice?.Watch();
        }

        return false;
    }

    private void ReleaseBindings()
    {
        Release(_plan.Champion, _champion);
        if (_plan.Challenger is { } challenger)
            Release(challenger, _challenger);
        _answer = null;
    }

    private static void Release(ArmPlan arm, ArmScores scores)
    {
        if (scores.Binding is { } binding)
            arm.Model.Return(binding);
        scores.Binding = null;
    }
}
